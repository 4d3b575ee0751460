"""What tests and golden values of keras.applications share (Python 3.7 reads it too)."""

import hashlib

NAMES = (
    "VGG16",
    "VGG19",
    "ResNet50",
    "ResNet101",
    "ResNet152",
    "ResNet50V2",
    "ResNet101V2",
    "ResNet152V2",
    "InceptionV3",
    "InceptionResNetV2",
    "Xception",
    "MobileNet",
    "MobileNetV2",
    "DenseNet121",
    "DenseNet169",
    "DenseNet201",
    "NASNetMobile",
    "NASNetLarge",
)


def described(model):
    """The number of parameters and layers, and a hash of the layers with weights."""
    lines = []
    for layer in model.layers:
        if layer.weights:
            shapes = [tuple(int(n) for n in w.shape.as_list()) for w in layer.weights]
            lines.append("%s %s %s" % (layer.name, tuple(layer.output_shape), shapes))
    # The order of layers of one depth is that of their making.
    text = "\n".join(lines)
    return {
        "parameters": int(model.count_params()),
        "layers": len(model.layers),
        "hash": hashlib.md5(text.encode()).hexdigest(),
        "sorted": hashlib.md5("\n".join(sorted(lines)).encode()).hexdigest(),
    }
