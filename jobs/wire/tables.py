"""Frames, columns and arrays as JSON values: numbers and texts as Arrow, columns of other things one by one.

What makes them is loaded only where one travels.
"""

import base64
import sys
from collections.abc import Callable
from typing import Any

Convert = Callable[[Any], Any]


def is_table(value: Any) -> bool:
    """Whether it is of numpy or pandas, and can travel."""
    return type(value).__module__.partition(".")[0] in ("numpy", "pandas") and _form(value) != ""


def _form(value: Any) -> str:
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and isinstance(value, numpy.generic):
        return "scalar"
    if numpy is not None and isinstance(value, numpy.ndarray):
        return "array"
    if pandas is None:
        return ""
    kinds = {
        "frame": pandas.DataFrame, "series": pandas.Series, "range": pandas.RangeIndex, "multi": pandas.MultiIndex,
        "index": pandas.Index, "moment": pandas.Timestamp,
    }  # fmt: skip
    return next((name for name, kind in kinds.items() if isinstance(value, kind)), "")


def to_plain(value: Any, convert: Convert) -> dict[str, Any]:
    """As JSON values.

    Args:
        convert: what is in it and is no number or text.
    """
    form = _form(value)
    found: dict[str, Any]
    if form in ("array", "scalar"):
        found = _array(value, convert)
    elif form == "frame":
        found = _frame(value, convert)
    elif form == "range":
        found = {"of": [value.start, value.stop, value.step], "name": convert(value.name)}
    elif form == "multi":
        found = {"of": [convert(each) for each in value], "names": convert(list(value.names))}
    elif form == "moment":
        found = {"of": value.isoformat(), "unit": value.unit}
    else:
        column = value.to_series() if form == "index" else value
        frame = column.reset_index(drop=True).to_frame()
        index = convert(value.index) if form == "series" else None
        found = {"of": _frame(frame, convert), "name": convert(value.name), "index": index}
    return {"form": form, **found}


def from_plain(sent: dict[str, Any], convert: Convert) -> Any:
    """What `to_plain` made them of."""
    form = sent["form"]
    if form in ("array", "scalar"):
        found = _array_of(sent, convert)
        return found[()] if form == "scalar" else found
    import pandas as pd

    if form == "frame":
        return _frame_of(sent, convert)
    if form == "range":
        start, stop, step = sent["of"]
        return pd.RangeIndex(start, stop, step, name=convert(sent["name"]))
    if form == "multi":
        return pd.MultiIndex.from_tuples([convert(each) for each in sent["of"]], names=convert(sent["names"]))
    if form == "moment":
        return pd.Timestamp(sent["of"]).as_unit(sent["unit"])
    column = _frame_of(sent["of"], convert).iloc[:, 0]
    name = convert(sent["name"])
    if form == "index":
        return pd.Index(column, dtype=column.dtype).rename(name)
    column.index = convert(sent["index"])
    return column.rename(name)


def _array(value: Any, convert: Convert) -> dict[str, Any]:
    import numpy as np

    array = np.asarray(value)
    if array.dtype.hasobject:
        return {"shape": list(array.shape), "objects": [convert(each) for each in array.ravel()]}
    content = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
    return {"shape": list(array.shape), "dtype": array.dtype.str, "of": content}


def _array_of(sent: dict[str, Any], convert: Convert) -> Any:
    import numpy as np

    if "objects" in sent:
        made = np.empty(len(sent["objects"]), dtype=object)
        made[:] = [convert(each) for each in sent["objects"]]
        return made.reshape(sent["shape"])
    content = base64.b64decode(sent["of"], validate=True)
    return np.frombuffer(content, np.dtype(sent["dtype"])).reshape(sent["shape"]).copy()


def _frame(frame: Any, convert: Convert) -> dict[str, Any]:
    """Columns are called by their numbers on the way: two may have one name, and a name need not be a text."""
    import numpy as np
    import pyarrow as pa

    numbered = frame.set_axis([str(number) for number in range(frame.shape[1])], axis=1).reset_index(drop=True)
    objects = [name for name, dtype in numbered.dtypes.items() if isinstance(dtype, np.dtype) and dtype.hasobject]
    sink = pa.BufferOutputStream()
    table = pa.Table.from_pandas(numbered.drop(columns=objects), preserve_index=False)
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return {
        "rows": len(frame),
        "columns": convert(frame.columns),
        "index": convert(frame.index),
        "arrow": base64.b64encode(sink.getvalue()).decode("ascii"),
        "objects": {name: convert(numbered[name].tolist()) for name in objects},
    }


def _frame_of(sent: dict[str, Any], convert: Convert) -> Any:
    import pandas as pd
    import pyarrow as pa

    rows = pd.RangeIndex(sent["rows"])
    with pa.ipc.open_stream(base64.b64decode(sent["arrow"], validate=True)) as stream:
        read = stream.read_all().to_pandas()
    frame = read.set_axis(rows, axis=0) if read.shape[1] else pd.DataFrame(index=rows)
    for name, values in sent["objects"].items():
        frame[name] = pd.Series(convert(values), index=rows, dtype=object)
    columns = convert(sent["columns"])
    frame = frame[[str(number) for number in range(len(columns))]]
    frame.columns, frame.index = columns, convert(sent["index"])
    return frame
