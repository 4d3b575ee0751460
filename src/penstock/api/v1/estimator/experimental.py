"""``tf.estimator.experimental``."""

from penstock.estimator.early_stopping import InMemoryEvaluatorHook as InMemoryEvaluatorHook
from penstock.estimator.early_stopping import make_early_stopping_hook as make_early_stopping_hook
from penstock.estimator.early_stopping import (
    make_stop_at_checkpoint_step_hook as make_stop_at_checkpoint_step_hook,
)
from penstock.estimator.early_stopping import stop_if_higher_hook as stop_if_higher_hook
from penstock.estimator.early_stopping import stop_if_lower_hook as stop_if_lower_hook
from penstock.estimator.early_stopping import stop_if_no_decrease_hook as stop_if_no_decrease_hook
from penstock.estimator.early_stopping import stop_if_no_increase_hook as stop_if_no_increase_hook
from penstock.estimator.export import (
    build_raw_supervised_input_receiver_fn as build_raw_supervised_input_receiver_fn,
)

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
