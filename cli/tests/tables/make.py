"""Writes the files of this folder with the libraries that people export their data with.

make.py - needs pyarrow, pandas, polars, datasets, openpyxl and xlsxwriter; README.md says which versions wrote them.
"""

import datetime
import decimal
import pathlib
import shutil
import tempfile

import datasets
import openpyxl
import pandas
import polars
import pyarrow
import pyarrow.feather
import pyarrow.parquet
import xlsxwriter

HERE = pathlib.Path(__file__).parent


def said(role, content):
    return {"role": role, "content": content}


CHATS = [
    [said("system", "Be brief."), said("user", f"Where is order {n}?"), said("assistant", f"Order {n} is on its way.")]
    for n in range(1, 9)
]
PAIRS = {
    "prompt": [f"What is {n} + 1?" for n in range(1, 9)],
    "completion": [f"It is {n + 1}." for n in range(1, 9)],
}


def hugging_face():
    chats = datasets.Dataset.from_list([{"messages": chat, "source": None} for chat in CHATS])
    chats.to_parquet(HERE / "hugging-face.parquet")
    with tempfile.TemporaryDirectory() as folder:
        chats.save_to_disk(folder)
        shutil.copy(next(pathlib.Path(folder).glob("*.arrow")), HERE / "saved-to-disk.arrow")
    # An image as datasets stores it; the second record has none.
    dot = bytes.fromhex("89504e470d0a1a0a0000000d49484452ff")
    images = [{"bytes": dot, "path": "a.png"}, None]
    kind = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    table = pyarrow.table({"image": pyarrow.array(images, kind), "prompt": ["What is it?", "1 + 1?"], "completion": ["A dot.", "2"]})
    pyarrow.parquet.write_table(table, HERE / "images.parquet")


def parquet():
    pairs = pandas.DataFrame(PAIRS)
    for compression in ("gzip", "zstd", "lz4", "brotli", None):
        pairs.to_parquet(HERE / f"pandas-{compression or 'plain'}.parquet", compression=compression, index=False)
    talks = [[{"from": "human" if t["role"] == "user" else "gpt", "value": t["content"]} for t in chat[1:]] for chat in CHATS]
    polars.DataFrame({"id": range(8), "conversations": talks}).write_parquet(HERE / "polars.parquet")
    # The second version's pages, several row groups, and texts that repeat.
    many = {"prompt": [f"What is {n % 5}?" for n in range(300)], "completion": ["A number."] * 300}
    pyarrow.parquet.write_table(
        pyarrow.table(many), HERE / "pages-v2.parquet", data_page_version="2.0", row_group_size=100, compression="zstd"
    )
    day = datetime.datetime(2026, 11, 29, 12, 30, 5, tzinfo=datetime.timezone.utc)
    types = {
        "day": [day.date(), None],
        "at": [day, None],
        "price": [decimal.Decimal("1.50"), None],
        "share": [0.25, float("nan")],
        "count": pyarrow.array([2**60, None], pyarrow.int64()),
        "kind": pyarrow.array(["a", None]).dictionary_encode(),
        "tags": pyarrow.array([["x", None], []], pyarrow.list_(pyarrow.string())),
        "binary": [b"bytes that are text", None],
        "map": pyarrow.array([[("k", 1)], None], pyarrow.map_(pyarrow.string(), pyarrow.int32())),
    }
    pyarrow.parquet.write_table(pyarrow.table(types), HERE / "types.parquet")
    pyarrow.feather.write_feather(pyarrow.table(types), HERE / "types.feather", compression="uncompressed")


def feather():
    pairs = pandas.DataFrame(PAIRS)
    pairs.to_feather(HERE / "pandas.feather")
    pyarrow.feather.write_feather(pairs, HERE / "zstd.feather", compression="zstd")
    polars.DataFrame(PAIRS).write_ipc(HERE / "polars.arrow")


def workbooks():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Questions"
    sheet.append(["Question", "Answer", None, "Reviewed"])
    for n in range(1, 9):
        sheet.append([f"What is {n} + 1?\nSay it, please.", n + 1, "beside the table", True])
        if n == 4:
            sheet.append([])
    other = book.create_sheet("Other")
    other.append(["prompt", "completion"])
    other.append(["What day is it?", datetime.date(2026, 11, 29)])
    other.append(["And when?", datetime.datetime(2026, 11, 29, 12, 30, 5)])
    other.append(["How long?", datetime.timedelta(hours=25, minutes=3)])
    other.append(["How much?", 0.1 + 0.2])
    other.append(["Is it so?", True])
    book.save(HERE / "openpyxl.xlsx")
    with xlsxwriter.Workbook(str(HERE / "xlsxwriter.xlsx")) as book:
        hidden = book.add_worksheet("Hidden")
        sheet = book.add_worksheet("Data")
        hidden.hide()
        sheet.activate()
        sheet.set_first_sheet()
        sheet.write_row(1, 0, ["prompt", "completion"])
        for n in range(1, 9):
            sheet.write_row(n + 1, 0, [f"What is {n} + 1?", f"It is {n + 1}."])
        sheet.write_formula(10, 0, '="What is "&"#N/A?"', value="What is #N/A?")
        sheet.write_formula(10, 1, "=NA()", value="#N/A")


def columns():
    frame = pandas.DataFrame(PAIRS)
    for orient in ("columns", "split", "index", "table", "records"):
        frame.to_json(HERE / f"pandas-{orient}.json", orient=orient)


if __name__ == "__main__":
    hugging_face()
    parquet()
    feather()
    workbooks()
    columns()
