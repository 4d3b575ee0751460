"""The functions of ``keras.backend``, by their Keras names."""

from __future__ import annotations

from penstock.graph.scopes import name_scope as name_scope
from penstock.keras.backend.functions import *  # noqa: F403 - the namespace of K
from penstock.keras.backend.neural import *  # noqa: F403
from penstock.keras.backend.recurrence import rnn as rnn
from penstock.keras.backend.sessions import *  # noqa: F403
from penstock.keras.backend.settings import *  # noqa: F403
