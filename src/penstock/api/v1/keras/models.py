"""``tf.keras.models``."""

from penstock.keras.engine.sequential import Sequential as Sequential
from penstock.keras.engine.training import Model as Model
from penstock.keras.models import clone_model as clone_model
from penstock.keras.models import load_model as load_model
from penstock.keras.models import model_from_config as model_from_config
from penstock.keras.models import model_from_json as model_from_json
from penstock.keras.models import model_from_yaml as model_from_yaml
from penstock.keras.models import save_model as save_model

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
