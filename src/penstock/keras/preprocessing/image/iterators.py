"""Batches of images out of arrays, folders and tables."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator as Steps
from typing import Any

import numpy as np

from penstock.keras.preprocessing.image.pictures import array_to_img, img_to_array, load_img
from penstock.keras.utils.sequences import Sequence


class Iterator(Sequence):
    """Batches by number and one after another without end.

    Args:
        n: the number of images. batch_size: images per batch.
        shuffle: whether their order changes every epoch.
        seed: NumPy's global generator is seeded with this plus the number of batches seen.
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None) -> None:
        self.n = n
        self.batch_size = batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.batch_index = 0
        self.total_batches_seen = 0
        self.lock = threading.Lock()
        self.index_array: Any = None
        self.index_generator = self._flow_index()

    def _set_index_array(self) -> None:
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _seed(self) -> None:
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)

    def __getitem__(self, index: int) -> Any:
        if index >= len(self):
            raise ValueError(
                f"Asked to retrieve element {index}, but the Sequence has length {len(self)}"
            )
        self._seed()
        self.total_batches_seen += 1
        if self.index_array is None:
            self._set_index_array()
        first = self.batch_size * index
        return self._get_batches_of_transformed_samples(
            self.index_array[first : first + self.batch_size]
        )

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def on_epoch_end(self) -> None:
        """Draws a new order."""
        self._set_index_array()

    def reset(self) -> None:
        """Begins anew with the first batch."""
        self.batch_index = 0

    def _flow_index(self) -> Steps[np.ndarray]:
        self.reset()
        while True:
            self._seed()
            if self.batch_index == 0:
                self._set_index_array()
            first = (self.batch_index * self.batch_size) % self.n if self.n else 0
            if self.n > first + self.batch_size:
                self.batch_index += 1
            else:
                self.batch_index = 0
            self.total_batches_seen += 1
            yield self.index_array[first : first + self.batch_size]

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        return self.next()

    def next(self) -> Any:
        """The next batch."""
        with self.lock:
            chosen = next(self.index_generator)
        return self._get_batches_of_transformed_samples(chosen)

    def _get_batches_of_transformed_samples(self, index_array: Any) -> Any:
        raise NotImplementedError(
            f"{type(self).__name__} must define `_get_batches_of_transformed_samples`."
        )

    def _save(self, images: np.ndarray, chosen: Any, limit: float) -> None:
        """Writes the images of a batch into ``save_to_dir``, if that was asked for."""
        if not self.save_to_dir:
            return
        for image, number in zip(images, chosen):
            name = f"{self.save_prefix}_{number}_{np.random.randint(int(limit))}.{self.save_format}"
            picture = array_to_img(image, self.data_format, scale=True)
            picture.save(os.path.join(self.save_to_dir, name))

    save_to_dir: Any = None
    save_prefix = ""
    save_format = "png"
    data_format = "channels_last"


class NumpyArrayIterator(Iterator):
    """Batches of images in an array.

    Args:
        x: ``[images, height, width, channels]``; or a pair of that and further arrays, which are
            passed on as they are.
        y: labels. image_data_generator: changes and scales the images.
        batch_size: images per batch. shuffle: whether the order changes every epoch.
        sample_weight: weights of the images. seed: see ``Iterator``.
        data_format: where channels are.
        save_to_dir: a folder to write the images to. save_prefix: begins the files' names.
        save_format: ``'png'`` or ``'jpeg'``.
        subset: ``'training'`` or ``'validation'``, by the generator's ``validation_split``.
        dtype: the type of the images.

    Raises:
        ValueError: for lengths that differ, another rank or subset.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = "channels_last",
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        dtype: Any = "float32",
    ) -> None:
        self.dtype = dtype or "float32"
        others: list[np.ndarray] = []
        if isinstance(x, (tuple, list)):
            given = x[1] if isinstance(x[1], list) else [x[1]]
            others = [np.asarray(each) for each in given]
            x = x[0]
            for each in others:
                if len(x) != len(each):
                    raise ValueError(
                        "All of the arrays in `x` should have the same length. Found a pair with: "
                        f"len(x[0]) = {len(x)}, len(x[?]) = {len(each)}"
                    )
        for name, values in (("y` (labels)", y), ("sample_weight`", sample_weight)):
            if values is not None and len(x) != len(values):
                raise ValueError(
                    f"`x` (images tensor) and `{name} should have the same length. Found: "
                    f"x.shape = {np.shape(x)}, {name.split('`')[0]}.shape = {np.shape(values)}"
                )
        if subset is not None:
            if subset not in ("training", "validation"):
                raise ValueError(
                    "Invalid subset name:", subset, '; expected "training" or "validation".'
                )
            border = int(len(x) * image_data_generator._validation_split)
            if y is not None:
                if not np.array_equal(np.unique(y[:border]), np.unique(y[border:])):
                    raise ValueError(
                        "Training and validation subsets have different number of classes after "
                        "the split. If your numpy arrays are sorted by the label, you might want "
                        "to shuffle them."
                    )
            part = slice(None, border) if subset == "validation" else slice(border, None)
            x, others = x[part], [each[part] for each in others]
            y = None if y is None else y[part]
            if sample_weight is not None:
                sample_weight = sample_weight[part]
        self.x = np.asarray(x, dtype=self.dtype)
        self.x_misc = others
        if self.x.ndim != 4:
            raise ValueError(
                "Input data in `NumpyArrayIterator` should have rank 4. You passed an array with "
                "shape", self.x.shape,
            )  # fmt: skip
        self.data_format = data_format or "channels_last"
        axis = 3 if self.data_format == "channels_last" else 1
        if self.x.shape[axis] not in (1, 3, 4):
            warnings.warn(
                "NumpyArrayIterator is set to use the data format convention "
                f'"{self.data_format}" (channels on axis {axis}), i.e. expected either 1, 3, or 4 '
                f"channels on axis {axis}. However, it was passed an array with shape "
                f"{self.x.shape} ({self.x.shape[axis]} channels).",
                stacklevel=2,
            )
        self.y = None if y is None else np.asarray(y)
        self.sample_weight = None if sample_weight is None else np.asarray(sample_weight)
        self.image_data_generator = image_data_generator
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _get_batches_of_transformed_samples(self, index_array: Any) -> Any:
        batch = np.zeros((len(index_array), *self.x.shape[1:]), dtype=self.dtype)
        for i, number in enumerate(index_array):
            image = self.x[number]
            change = self.image_data_generator.get_random_transform(image.shape)
            image = self.image_data_generator.apply_transform(image.astype(self.dtype), change)
            batch[i] = self.image_data_generator.standardize(image)
        self._save(batch, index_array, 1e4)
        others = [each[index_array] for each in self.x_misc]
        inputs = [batch, *others] if others else batch
        if self.y is None:
            return inputs
        if self.sample_weight is None:
            return inputs, self.y[index_array]
        return inputs, self.y[index_array], self.sample_weight[index_array]


class _FileIterator(Iterator):
    """What batches of picture files have in common."""

    allowed_class_modes: tuple[Any, ...] = ()

    def _set_up(self, generator: Any, target_size: Any, color_mode: str, data_format: str | None,
                save_to_dir: str | None, save_prefix: str, save_format: str, subset: str | None,
                interpolation: str, class_mode: Any, dtype: Any) -> None:  # fmt: skip
        channels = {"rgba": 4, "rgb": 3, "grayscale": 1}
        if color_mode not in channels:
            raise ValueError(
                "Invalid color mode:", color_mode, '; expected "rgb", "rgba", or "grayscale".'
            )
        if class_mode not in self.allowed_class_modes:
            raise ValueError(
                f"Invalid class_mode: {class_mode}; expected one of: {self.allowed_class_modes}"
            )
        if subset not in (None, "training", "validation"):
            raise ValueError(f'Invalid subset name: {subset};expected "training" or "validation"')
        self.image_data_generator = generator
        self.target_size = tuple(target_size)
        self.color_mode = color_mode
        self.data_format = data_format or "channels_last"
        count = channels[color_mode]
        if self.data_format == "channels_last":
            self.image_shape = (*self.target_size, count)
        else:
            self.image_shape = (count, *self.target_size)
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        self.interpolation = interpolation
        self.class_mode = class_mode
        self.dtype = dtype or "float32"
        self.subset = subset
        self.split: tuple[float, float] | None = None
        if subset is not None:
            border = generator._validation_split
            self.split = (0, border) if subset == "validation" else (border, 1)

    class_indices: dict[Any, int]
    classes: Any
    filenames: list[str]
    _filepaths: list[str]

    @property
    def filepaths(self) -> list[str]:
        """The paths of the pictures."""
        return self._filepaths

    @property
    def labels(self) -> Any:
        """The label of each picture."""
        return self.classes

    @property
    def sample_weight(self) -> Any:
        """The weight of each picture, or ``None``."""
        return None

    def _get_batches_of_transformed_samples(self, index_array: Any) -> Any:
        batch = np.zeros((len(index_array), *self.image_shape), dtype=self.dtype)
        for i, number in enumerate(index_array):
            picture = load_img(
                self.filepaths[number], color_mode=self.color_mode, target_size=self.target_size,
                interpolation=self.interpolation,
            )  # fmt: skip
            image = img_to_array(picture, data_format=self.data_format)
            if self.image_data_generator:
                change = self.image_data_generator.get_random_transform(image.shape)
                image = self.image_data_generator.apply_transform(image, change)
                image = self.image_data_generator.standardize(image)
            batch[i] = image
        self._save(batch, index_array, 1e7)
        if self.class_mode is None:
            return batch
        labels = self._labels_of(batch, index_array)
        if self.sample_weight is None:
            return batch, labels
        return batch, labels, self.sample_weight[index_array]

    def _labels_of(self, batch: np.ndarray, chosen: Any) -> Any:
        if self.class_mode == "input":
            return batch.copy()
        if self.class_mode == "multi_output":
            return [output[chosen] for output in self.labels]
        if self.class_mode == "raw":
            return self.labels[chosen]
        if self.class_mode in ("binary", "sparse"):
            return np.array([self.classes[n] for n in chosen], dtype=self.dtype)
        labels = np.zeros((len(batch), len(self.class_indices)), dtype=self.dtype)
        for row, number in zip(labels, chosen):
            row[self.classes[number]] = 1.0
        return labels


class DirectoryIterator(_FileIterator):
    """Batches of the pictures in a folder, one folder in it for each class.

    Args:
        directory: the folder. image_data_generator: changes and scales the images.
        target_size: height and width. color_mode: ``'rgb'``, ``'rgba'`` or ``'grayscale'``.
        classes: the classes' folders, in order; all, sorted, when left out.
        class_mode: ``'categorical'``, ``'binary'``, ``'sparse'``, ``'input'`` or ``None``.
        batch_size: images per batch. shuffle: whether the order changes every epoch.
        seed: see ``Iterator``. data_format: where channels are.
        save_to_dir: a folder to write the images to. save_prefix: begins the files' names.
        save_format: ``'png'`` or ``'jpeg'``. follow_links: whether links to folders are followed.
        subset: ``'training'`` or ``'validation'``. interpolation: see ``load_img``.
        dtype: the type of the images.
    """

    allowed_class_modes = ("categorical", "binary", "sparse", "input", None)

    def __init__(
        self,
        directory: str,
        image_data_generator: Any,
        target_size: Any = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        dtype: Any = None,
    ) -> None:
        self._set_up(image_data_generator, target_size, color_mode, data_format, save_to_dir,
                     save_prefix, save_format, subset, interpolation, class_mode,
                     dtype)  # fmt: skip
        self.directory = directory
        if not classes:
            classes = sorted(
                name
                for name in os.listdir(directory)
                if os.path.isdir(os.path.join(directory, name))
            )
        self.num_classes = len(classes)
        self.class_indices = {name: number for number, name in enumerate(classes)}
        self.filenames = []
        numbers: list[int] = []
        for name in classes:
            found = self._files(os.path.join(directory, name), follow_links)
            self.filenames += [
                os.path.join(name, os.path.relpath(path, os.path.join(directory, name)))
                for path in found
            ]
            numbers += [self.class_indices[name]] * len(found)
        self.samples = len(self.filenames)
        self.classes = np.array(numbers, dtype="int32")
        print(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        self._filepaths = [os.path.join(directory, name) for name in self.filenames]
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _files(self, folder: str, follow_links: bool) -> list[str]:
        walk = sorted(os.walk(folder, followlinks=follow_links), key=lambda each: each[0])
        found = [
            os.path.join(root, name)
            for root, _, names in walk
            for name in sorted(names)
            if name.lower().endswith(self.white_list_formats)
        ]
        if self.split is None:
            return found
        start, stop = (int(part * len(found)) for part in self.split)
        return found[start:stop]


class DataFrameIterator(_FileIterator):
    """Batches of the pictures that a pandas table names.

    Args:
        dataframe: the table.
        directory: what the names are relative to; ``None`` for absolute paths.
        image_data_generator: changes and scales the images.
        x_col: the column of names. y_col: the column, or columns, of labels.
        weight_col: the column of weights.
        target_size: height and width. color_mode: ``'rgb'``, ``'rgba'`` or ``'grayscale'``.
        classes: the classes, in order; all, sorted, when left out.
        class_mode: ``'binary'``, ``'categorical'``, ``'input'``, ``'multi_output'``, ``'raw'``,
            ``'sparse'`` or ``None``.
        batch_size: images per batch. shuffle: whether the order changes every epoch.
        seed: see ``Iterator``. data_format: where channels are.
        save_to_dir: a folder to write the images to. save_prefix: begins the files' names.
        save_format: ``'png'`` or ``'jpeg'``. subset: ``'training'`` or ``'validation'``.
        interpolation: see ``load_img``. dtype: the type of the images.
        validate_filenames: whether names without a picture file are left out.
    """

    allowed_class_modes = ("binary", "categorical", "input", "multi_output", "raw", "sparse", None)

    def __init__(
        self,
        dataframe: Any,
        directory: str | None = None,
        image_data_generator: Any = None,
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
        data_format: str | None = "channels_last",
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        dtype: Any = "float32",
        validate_filenames: bool = True,
    ) -> None:
        self._set_up(image_data_generator, target_size, color_mode, data_format, save_to_dir,
                     save_prefix, save_format, subset, interpolation, class_mode,
                     dtype)  # fmt: skip
        table = dataframe.copy()
        self.directory = directory or ""
        self._check_columns(table, x_col, y_col, weight_col, classes)
        if validate_filenames:
            table = self._with_files(table, x_col)
        by_class = class_mode in ("binary", "categorical", "sparse")
        if by_class:
            table, classes = _with_classes(table, y_col, classes)
            self.class_indices = {name: number for number, name in enumerate(classes)}
        if self.split is not None:
            start, stop = (int(part * len(table)) for part in self.split)
            table = table.iloc[start:stop, :]
        if by_class:
            numbers = self.class_indices
            self.classes = [
                [numbers[each] for each in label] if isinstance(label, (list, tuple))
                else numbers[label]
                for label in table[y_col]
            ]  # fmt: skip
        self.filenames = table[x_col].tolist()
        self._sample_weight = table[weight_col].values if weight_col else None
        if class_mode == "multi_output":
            self._targets: Any = [np.array(table[column].tolist()) for column in y_col]
        elif class_mode == "raw":
            self._targets = table[y_col].values
        self.samples = len(self.filenames)
        kind = "validated" if validate_filenames else "non-validated"
        ending = f" belonging to {len(classes)} classes" if by_class else ""
        print(f"Found {self.samples} {kind} image filenames{ending}.")
        self._filepaths = [os.path.join(self.directory, name) for name in self.filenames]
        super().__init__(self.samples, batch_size, shuffle, seed)

    @property
    def labels(self) -> Any:
        """The label of each picture."""
        return self._targets if self.class_mode in ("multi_output", "raw") else self.classes

    @property
    def sample_weight(self) -> Any:
        """The weight of each picture, or ``None``."""
        return self._sample_weight

    def _check_columns(
        self, table: Any, x_col: str, y_col: Any, weight_col: str | None, classes: Any
    ) -> None:
        mode = self.class_mode
        if mode == "multi_output" and not isinstance(y_col, list):
            raise TypeError(
                f'If class_mode="{mode}", y_col must be a list. Received {type(y_col).__name__}.'
            )
        if not all(isinstance(name, str) for name in table[x_col]):
            raise TypeError(f"All values in column x_col={x_col} must be strings.")
        if mode in ("binary", "sparse") and not all(isinstance(v, str) for v in table[y_col]):
            raise TypeError(
                f'If class_mode="{mode}", y_col="{y_col}" column values must be strings.'
            )
        if mode == "binary":
            if classes and len(set(classes)) != 2:
                raise ValueError(
                    'If class_mode="binary" there must be 2 classes. '
                    f"{len(set(classes))} class/es were given."
                )
            if not classes and table[y_col].nunique() != 2:
                raise ValueError(
                    'If class_mode="binary" there must be 2 classes. '
                    f"Found {table[y_col].nunique()} classes."
                )
        if mode == "categorical":
            if not all(isinstance(v, (str, list, tuple)) for v in table[y_col]):
                raise TypeError(
                    f'If class_mode="{mode}", y_col="{y_col}" column values must be type string, '
                    "list or tuple."
                )
        if classes and mode in ("input", "multi_output", "raw", None):
            warnings.warn(f'`classes` will be ignored given the class_mode="{mode}"', stacklevel=3)
        if weight_col and not issubclass(table[weight_col].dtype.type, np.number):
            raise TypeError(f"Column weight_col={weight_col} must be numeric.")

    def _with_files(self, table: Any, x_col: str) -> Any:
        def is_picture(name: str) -> bool:
            path = os.path.join(self.directory, name)
            return path.lower().endswith(self.white_list_formats) and os.path.isfile(path)

        good = table[x_col].map(is_picture).astype(bool)
        missing = int((~good).sum())
        if missing:
            warnings.warn(
                f'Found {missing} invalid image filename(s) in x_col="{x_col}". These filename(s) '
                "will be ignored.",
                stacklevel=3,
            )
        return table[good]


def _with_classes(table: Any, y_col: str, classes: Any) -> tuple[Any, list[Any]]:
    """The rows whose label is among the classes, and the classes, sorted."""

    def kept(label: Any) -> Any:
        if isinstance(label, (list, tuple)):
            return [each for each in label if each in known] or None
        return label if label in known else None

    if classes:
        known = set(classes)
        table[y_col] = table[y_col].apply(kept)
    else:
        known = set()
        for label in table[y_col]:
            known.update(label if isinstance(label, (list, tuple)) else [label])
    return table.dropna(subset=[y_col]), sorted(known)
