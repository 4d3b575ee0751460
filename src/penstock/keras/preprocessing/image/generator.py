"""``ImageDataGenerator``: images changed at random while training."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from penstock.keras.backend.settings import floatx, image_data_format
from penstock.keras.preprocessing.image.affine import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    flip_axis,
)
from penstock.keras.preprocessing.image.iterators import (
    DataFrameIterator,
    DirectoryIterator,
    NumpyArrayIterator,
)


class ImageDataGenerator:
    """Scales images and changes them at random, in batches.

    Random numbers are those of NumPy's global generator, drawn in the order in which Keras draws
    them.

    Args:
        featurewise_center: subtract the mean that ``fit`` found.
        samplewise_center: subtract each image's mean.
        featurewise_std_normalization: divide by the deviation that ``fit`` found.
        samplewise_std_normalization: divide by each image's deviation.
        zca_whitening: whiten with the components that ``fit`` found.
        zca_epsilon: keeps that finite.
        rotation_range: degrees to turn by at most.
        width_shift_range: pixels, part of the width, or list of choices.
        height_shift_range: likewise for rows.
        brightness_range: a pair of factors.
        shear_range: degrees to shear by at most.
        zoom_range: a pair of factors, or ``z`` for ``[1 - z, 1 + z]``.
        channel_shift_range: how much is added at most.
        fill_mode: see ``apply_affine_transform``. cval: likewise.
        horizontal_flip: mirror half of the images. vertical_flip: likewise, upside down.
        rescale: a factor for the values.
        preprocessing_function: a function of an image, called before all scaling.
        data_format: where channels are; Keras's setting by default.
        validation_split: the part of the images that is for validation.
        interpolation_order: the order of the splines.
        dtype: the type of the images.

    Raises:
        ValueError: for arguments out of range.
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: Any = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Any = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
    ) -> None:
        data_format = data_format or image_data_format()
        if data_format not in ("channels_last", "channels_first"):
            raise ValueError(
                '`data_format` should be `"channels_last"` (channel after row and column) or '
                f'`"channels_first"` (channel before row and column). Received: {data_format}'
            )
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(
                "`validation_split` must be strictly between 0 and 1.  "
                f"Received: {validation_split}"
            )
        if isinstance(zoom_range, (float, int)):
            zoom_range = (1 - zoom_range, 1 + zoom_range)
        if len(zoom_range) != 2 or not all(isinstance(v, (float, int)) for v in zoom_range):
            raise ValueError(
                "`zoom_range` should be a float or a tuple or list of two floats. "
                f"Received: {zoom_range}"
            )
        if brightness_range is not None:
            if not isinstance(brightness_range, (tuple, list)) or len(brightness_range) != 2:
                raise ValueError(
                    "`brightness_range should be tuple or list of two floats. "
                    f"Received: {brightness_range}"
                )
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.brightness_range = brightness_range
        self.shear_range = shear_range
        self.zoom_range = list(zoom_range)
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.data_format = data_format
        self.interpolation_order = interpolation_order
        self.dtype = dtype or floatx()
        self._validation_split = validation_split
        last = data_format == "channels_last"
        self.channel_axis, self.row_axis, self.col_axis = (3, 1, 2) if last else (1, 2, 3)
        self.mean: Any = None
        self.std: Any = None
        self.principal_components: Any = None
        self._settle_what_overrides()

    def _settle_what_overrides(self) -> None:
        def overrides(what: str, other: str) -> None:
            warnings.warn(
                f"This ImageDataGenerator specifies `{what}`, which overrides setting of "
                f"`{other}`.",
                stacklevel=4,
            )

        if self.zca_whitening:
            if not self.featurewise_center:
                self.featurewise_center = True
                overrides("zca_whitening", "featurewise_center")
            if self.featurewise_std_normalization:
                self.featurewise_std_normalization = False
                overrides("zca_whitening", "featurewise_std_normalization")
        if self.featurewise_std_normalization and not self.featurewise_center:
            self.featurewise_center = True
            overrides("featurewise_std_normalization", "featurewise_center")
        if self.samplewise_std_normalization and not self.samplewise_center:
            self.samplewise_center = True
            overrides("samplewise_std_normalization", "samplewise_center")

    # -- batches ----------------------------------------------------------------------------------
    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
    ) -> NumpyArrayIterator:
        """Batches of the images in an array; see ``NumpyArrayIterator``."""
        return NumpyArrayIterator(
            x, y, self, batch_size=batch_size, shuffle=shuffle, sample_weight=sample_weight,
            seed=seed, data_format=self.data_format, save_to_dir=save_to_dir,
            save_prefix=save_prefix, save_format=save_format, subset=subset, dtype=self.dtype,
        )  # fmt: skip

    def flow_from_directory(
        self,
        directory: str,
        target_size: Any = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
    ) -> DirectoryIterator:
        """Batches of the pictures in a folder; see ``DirectoryIterator``."""
        return DirectoryIterator(
            directory, self, target_size=target_size, color_mode=color_mode, classes=classes,
            class_mode=class_mode, batch_size=batch_size, shuffle=shuffle, seed=seed,
            data_format=self.data_format, save_to_dir=save_to_dir, save_prefix=save_prefix,
            save_format=save_format, follow_links=follow_links, subset=subset,
            interpolation=interpolation, dtype=self.dtype,
        )  # fmt: skip

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: str | None = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        target_size: Any = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        **kwargs: Any,
    ) -> DataFrameIterator:
        """Batches of the pictures that a pandas table names; see ``DataFrameIterator``."""
        for name in ("has_ext", "sort", "drop_duplicates"):
            if kwargs.pop(name, None) is not None:
                warnings.warn(f"{name} is deprecated and has no effect.", stacklevel=2)
        if class_mode == "other":
            warnings.warn('`class_mode` "other" is deprecated, please use `class_mode` "raw".',
                          stacklevel=2)  # fmt: skip
            class_mode = "raw"
        if kwargs:
            raise TypeError("Unrecognized keyword arguments: " + str(kwargs))
        return DataFrameIterator(
            dataframe, directory, self, x_col=x_col, y_col=y_col, weight_col=weight_col,
            target_size=target_size, color_mode=color_mode, classes=classes,
            class_mode=class_mode, batch_size=batch_size, shuffle=shuffle, seed=seed,
            data_format=self.data_format, save_to_dir=save_to_dir, save_prefix=save_prefix,
            save_format=save_format, subset=subset, interpolation=interpolation,
            dtype=self.dtype, validate_filenames=validate_filenames,
        )  # fmt: skip

    # -- one image --------------------------------------------------------------------------------
    def standardize(self, x: Any) -> Any:
        """Scales an image (or batch), in place where it can."""
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + 1e-6
        if self.featurewise_center and self._was_fitted("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization:
            if self._was_fitted("featurewise_std_normalization", self.std):
                x /= self.std + 1e-6
        if self.zca_whitening and self._was_fitted("zca_whitening", self.principal_components):
            flat = np.reshape(x, (-1, int(np.prod(x.shape[-3:]))))
            x = np.reshape(flat @ self.principal_components, x.shape)
        return x

    def _was_fitted(self, what: str, found: Any) -> bool:
        if found is None:
            warnings.warn(
                f"This ImageDataGenerator specifies `{what}`, but it hasn't been fit on any "
                "training data. Fit it first by calling `.fit(numpy_data)`.",
                stacklevel=3,
            )
        return found is not None

    def _drawn_shift(self, given: Any, size: int) -> float:
        if isinstance(given, (list, tuple, np.ndarray)) or isinstance(given, (int, np.integer)):
            shift = np.random.choice(given) * np.random.choice([-1, 1])
        else:
            shift = np.random.uniform(-given, given)
        return shift * size if np.max(given) < 1 else shift

    def get_random_transform(self, img_shape: Any, seed: int | None = None) -> dict[str, Any]:
        """Draws a change for an image of a shape.

        Args:
            img_shape: the shape. seed: seeds NumPy's global generator first.
        """
        if seed is not None:
            np.random.seed(seed)
        theta: float = 0
        if self.rotation_range:
            theta = np.random.uniform(-self.rotation_range, self.rotation_range)
        tx: float = 0
        if np.any(self.height_shift_range):
            tx = self._drawn_shift(self.height_shift_range, img_shape[self.row_axis - 1])
        ty: float = 0
        if np.any(self.width_shift_range):
            ty = self._drawn_shift(self.width_shift_range, img_shape[self.col_axis - 1])
        shear: float = 0
        if self.shear_range:
            shear = np.random.uniform(-self.shear_range, self.shear_range)
        zx: float = 1
        zy: float = 1
        if self.zoom_range != [1, 1]:
            zx, zy = np.random.uniform(self.zoom_range[0], self.zoom_range[1], 2)
        # Drawn whether or not images are mirrored: the numbers after stay the same.
        mirrored = (np.random.random() < 0.5) * self.horizontal_flip
        upside_down = (np.random.random() < 0.5) * self.vertical_flip
        channel_shift = brightness = None
        if self.channel_shift_range != 0:
            channel_shift = np.random.uniform(-self.channel_shift_range, self.channel_shift_range)
        if self.brightness_range is not None:
            brightness = np.random.uniform(self.brightness_range[0], self.brightness_range[1])
        return {
            "theta": theta, "tx": tx, "ty": ty, "shear": shear, "zx": zx, "zy": zy,
            "flip_horizontal": mirrored, "flip_vertical": upside_down,
            "channel_shift_intensity": channel_shift, "brightness": brightness,
        }  # fmt: skip

    def apply_transform(self, x: Any, transform_parameters: dict[str, Any]) -> Any:
        """Changes an image as ``get_random_transform`` says."""
        get = transform_parameters.get
        row, column, channel = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        x = apply_affine_transform(
            x, get("theta", 0), get("tx", 0), get("ty", 0), get("shear", 0), get("zx", 1),
            get("zy", 1), row_axis=row, col_axis=column, channel_axis=channel,
            fill_mode=self.fill_mode, cval=self.cval, order=self.interpolation_order,
        )  # fmt: skip
        shift, brightness = get("channel_shift_intensity"), get("brightness")
        if shift is not None:
            x = apply_channel_shift(x, shift, channel)
        if get("flip_horizontal", False):
            x = flip_axis(x, column)
        if get("flip_vertical", False):
            x = flip_axis(x, row)
        if brightness is not None:
            x = apply_brightness_shift(x, brightness)
        return x

    def random_transform(self, x: Any, seed: int | None = None) -> Any:
        """Changes an image at random."""
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    # -- statistics -------------------------------------------------------------------------------
    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Finds the mean, deviation and components that the ``featurewise_`` scalings need.

        Args:
            x: images, rank 4. augment: whether to change them at random first.
            rounds: how often each is. seed: seeds NumPy's global generator first.

        Raises:
            ValueError: for another rank.
        """
        x = np.array(x, dtype=self.dtype)
        if x.ndim != 4:
            raise ValueError(
                f"Input to `.fit()` should have rank 4. Got array with shape: {x.shape}"
            )
        channels = x.shape[self.channel_axis]
        if channels not in (1, 3, 4):
            warnings.warn(
                "Expected input to be images (as Numpy array) following the data format "
                f'convention "{self.data_format}" (channels on axis {self.channel_axis}), i.e. '
                f"expected either 1, 3 or 4 channels on axis {self.channel_axis}. However, it was "
                f"passed an array with shape {x.shape} ({channels} channels).",
                stacklevel=2,
            )
        if seed is not None:
            np.random.seed(seed)
        if self.rescale:
            x *= self.rescale
        if augment:
            changed = [self.random_transform(image) for _ in range(rounds) for image in x]
            x = np.array(changed, dtype=self.dtype)
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes, keepdims=True)[0]
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes, keepdims=True)[0]
            x /= self.std + 1e-6
        if self.zca_whitening:
            flat = x.reshape(len(x), -1)
            u, s, _ = np.linalg.svd(flat.T @ flat / len(flat))
            self.principal_components = (u / np.sqrt(s + self.zca_epsilon)) @ u.T
