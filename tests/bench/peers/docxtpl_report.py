"""The report with python-calamine and docxtpl, measured by `tests/bench/peers/run`.

    docxtpl_report.py SCHEMA TEMPLATE FOLDER WORKBOOK...
    docxtpl_report.py SCHEMA --values WORKBOOK           what the template is filled with, as JSON
"""

import datetime
import json
import sys
from pathlib import Path

from python_calamine import CalamineWorkbook


def main():
    schema_file, template, *rest = sys.argv[1:]
    with open(schema_file, encoding="utf-8") as file:
        schema = json.load(file)
    for sheet in schema:
        for field in sheet["fields"]:
            field["choices"] = field["choices"] and set(field["choices"])
    if template == "--values":
        json.dump(values(schema, rest[0]), sys.stdout, ensure_ascii=False)
        return

    from docxtpl import DocxTemplate

    folder, *workbooks = rest
    for workbook in workbooks:
        document = DocxTemplate(template)
        # Without it, `&` and `<` in a cell would break the document.
        document.render(values(schema, workbook), autoescape=True)
        document.save(Path(folder) / (Path(workbook).stem + ".docx"))


# --- Reading and checking ---------------------------------------------------------------------------------------------


def values(schema, path):
    """Every value as it is printed, by names that all three template languages take."""
    workbook = CalamineWorkbook.from_path(path)
    names = set(workbook.sheet_names)
    found, tables, faults = {}, {}, []
    for sheet in schema:
        if sheet["name"] not in names:
            faults.append(f"{sheet['name']}: missing")
            continue
        rows = workbook.get_sheet_by_name(sheet["name"]).to_python()
        if sheet["layout"] == "form":
            read_form(sheet, rows, found, faults)
        else:
            tables[sheet["id"]] = read_table(sheet, rows, faults)
    if faults:
        sys.exit(f"{path}\n" + "\n".join(faults))
    return with_lists(found, tables, path)


def read_form(sheet, rows, found, faults):
    start = header(rows, "Mục")
    for place, field in enumerate(sheet["fields"], start + 1):
        row = rows[place] if place < len(rows) else ["", ""]
        if label(row[0]) != field["header"]:
            faults.append(f"{sheet['name']}: A{place + 1}: {field['header']}?")
            continue
        text, fault = check(field, row[1])
        if fault:
            faults.append(f"{sheet['name']}: B{place + 1}: {fault}")
        found[f"{sheet['id']}_{field['id']}"] = text


def read_table(sheet, rows, faults):
    start = header(rows, "STT")
    fields = sheet["fields"]
    for column, field in enumerate(fields, 1):
        if label(rows[start][column]) != field["header"]:
            faults.append(f"{sheet['name']}: column {column + 1}: {field['header']}?")
    if faults:
        return []
    table = []
    for place in range(start + 1, len(rows)):
        row = rows[place]
        # The example, and rows that hold a number only.
        if row[0] == "VD" or not any(cell != "" for cell in row[1:]):
            continue
        record = {}
        for column, field in enumerate(fields, 1):
            text, fault = check(field, row[column])
            if fault:
                faults.append(f"{sheet['name']}: row {place + 1}, column {column + 1}: {fault}")
            record[field["id"]] = text
        table.append(record)
    if len(table) > sheet["max_rows"]:
        faults.append(f"{sheet['name']}: more than {sheet['max_rows']} rows")
    return table


def header(rows, first):
    for place, row in enumerate(rows):
        if row and row[0] == first:
            return place
    return sys.exit(f"no row begins with {first}")


def label(cell):
    return " ".join(str(cell).removesuffix("*").split())


def check(field, cell):
    """A cell as it is printed, and what is wrong with it."""
    if isinstance(cell, str):
        cell = cell.strip()
    if cell == "":
        return field["default"], "empty" if field["required"] else None
    kind = field["type"]
    if kind in ("text", "long_text", "choice", "flag"):
        if not isinstance(cell, str):
            return "", f"{cell} is no text"
        if field["choices"] and cell not in field["choices"]:
            return "", f"{cell} is not permitted"
        if field["max_length"] and len(cell) > field["max_length"]:
            return "", "too long"
        return cell, None
    if kind == "date":
        if not isinstance(cell, datetime.date):
            return "", f"{cell} is no date"
        return day_month(cell.day, cell.day < 10) + "/" + day_month(cell.month, cell.month < 3) + f"/{cell.year}", None
    if not isinstance(cell, (int, float)) or isinstance(cell, bool):
        return "", f"{cell} is no number"
    number = round(cell * 100, 6) if kind == "percent" else cell
    if field["min"] is not None and number < field["min"] or field["max"] is not None and number > field["max"]:
        return "", f"{number} is out of range"
    if kind in ("integer", "year", "count"):
        if number != int(number):
            return "", f"{number} is not whole"
        if kind == "count":
            return f"{int(number):02}" if number < 10 else grouped(number), None
        return str(int(number)) if kind == "year" else grouped(number), None
    return grouped(number) + ("%" if kind == "percent" else ""), None


def day_month(number, padded):
    return f"{number:02}" if padded else str(number)


def grouped(number):
    """12.345,6"""
    text = f"{number:,.6f}".rstrip("0").rstrip(".")
    return text.replace(",", " ").replace(".", ",").replace(" ", ".")


# --- What the template prints -----------------------------------------------------------------------------------------


def with_lists(found, tables, path):
    people = tables.pop("danh_sach")
    awards = {award["ma"]: award for award in tables["khen_thuong"] if award["ma"]}
    for id, table in tables.items():
        for number, record in enumerate(table, 1):
            for field, text in record.items():
                found[f"{id}_{number}_{field}"] = text
    found["tu_cap_tren"] = [record for record in tables["van_ban"] if record["nhom"] == "Triển khai văn bản cấp trên"]
    rows = found["ca_nhan"] = []
    for number, person in enumerate(people, 1):
        award = awards.get(person["ma_khen_thuong"])
        if award is None:
            sys.exit(f"{path}: no award {person['ma_khen_thuong']}")
        form = award["hinh_thuc"] or "khen thưởng"
        proposed = award["trang_thai"] == "Đề nghị"
        form = "Đề nghị " + form if proposed else form[:1].upper() + form[1:]
        rows.append(
            {
                "so": grouped(number),
                "ho_ten": person["ho_ten"],
                "noi": ", ".join(part for part in (person["chuc_vu"], person["don_vi"]) if part),
                "hinh_thuc": f"{form} của {award['co_quan']}",
                "thanh_tich": person["thanh_tich"],
            }
        )
    day, month, year = found["thong_tin_ngay"].split("/")
    found["ngay_dai"] = f"ngày {day} tháng {month} năm {year}"
    found["so_van_ban"] = found["thong_tin_so_van_ban"].replace(".", "").zfill(2)
    found["don_vi_hoa"] = f"{found['thong_tin_loai_don_vi']} {found['thong_tin_ten_xa']}".upper()
    found["chuc_vu_hoa"] = found["thong_tin_chuc_vu"].upper()
    found["nam_sau"] = str(int(found["thong_tin_nam"]) + 1)
    found["nam_qua"] = str(int(found["thong_tin_nam"]) - 1)
    return found


if __name__ == "__main__":
    main()
