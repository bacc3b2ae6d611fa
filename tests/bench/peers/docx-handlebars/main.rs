//! The report with calamine and docx-handlebars, measured by `tests/bench/peers/run`. It does what docxtpl_report.py does.
//!
//!     docx-handlebars-report SCHEMA TEMPLATE FOLDER WORKBOOK...

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use serde_json::{Map, Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [schema, template, folder, workbooks @ ..] = arguments.as_slice() else {
        return Err("docx-handlebars-report SCHEMA TEMPLATE FOLDER WORKBOOK...".into());
    };
    let schema: Value = serde_json::from_slice(&std::fs::read(schema)?)?;
    let sheets: Vec<Sheet> = schema.as_array().into_iter().flatten().map(Sheet::new).collect();
    let template = std::fs::read(template)?;
    for workbook in workbooks {
        let path = Path::new(workbook);
        let values = values(&sheets, path).map_err(|error| format!("{workbook}\n{error}"))?;
        let document = docx_handlebars::render_template(template.clone(), &values)?;
        let name = path.with_extension("docx");
        std::fs::write(Path::new(folder).join(name.file_name().unwrap_or_default()), document)?;
    }
    Ok(())
}

// --- What must be in a workbook ---------------------------------------------------------------------------------------

struct Sheet<'a> {
    id: &'a str,
    name: &'a str,
    form: bool,
    max_rows: usize,
    fields: Vec<Field<'a>>,
}

struct Field<'a> {
    id: &'a str,
    header: &'a str,
    kind: &'a str,
    required: bool,
    default: &'a str,
    choices: Option<HashSet<&'a str>>,
    max_length: usize,
    min: f64,
    max: f64,
}

impl<'a> Sheet<'a> {
    fn new(sheet: &'a Value) -> Self {
        let fields = sheet["fields"].as_array().into_iter().flatten();
        Self {
            id: text(&sheet["id"]),
            name: text(&sheet["name"]),
            form: sheet["layout"] == "form",
            max_rows: sheet["max_rows"].as_u64().unwrap_or(1) as usize,
            fields: fields.map(Field::new).collect(),
        }
    }
}

impl<'a> Field<'a> {
    fn new(field: &'a Value) -> Self {
        Self {
            id: text(&field["id"]),
            header: text(&field["header"]),
            kind: text(&field["type"]),
            required: field["required"] == true,
            default: text(&field["default"]),
            choices: field["choices"].as_array().map(|all| all.iter().map(text).collect()),
            max_length: field["max_length"]
                .as_u64()
                .map_or(usize::MAX, |length| length as usize),
            min: field["min"].as_f64().unwrap_or(f64::NEG_INFINITY),
            max: field["max"].as_f64().unwrap_or(f64::INFINITY),
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

// --- Reading and checking ---------------------------------------------------------------------------------------------

type Record<'a> = Vec<(&'a str, String)>;

/// Every value as it is printed, by names that all three template languages take.
fn values(sheets: &[Sheet], path: &Path) -> Result<Value> {
    let mut workbook: Xlsx<BufReader<File>> = calamine::open_workbook(path)?;
    let mut found = Map::new();
    let mut tables = Vec::new();
    let mut faults = Vec::new();
    for sheet in sheets {
        let Ok(range) = workbook.worksheet_range(sheet.name) else {
            faults.push(format!("{}: missing", sheet.name));
            continue;
        };
        let rows: Vec<&[Data]> = range.rows().collect();
        if sheet.form {
            read_form(sheet, &rows, &mut found, &mut faults)?;
        } else {
            tables.push((sheet.id, read_table(sheet, &rows, &mut faults)?));
        }
    }
    if !faults.is_empty() {
        return Err(faults.join("\n").into());
    }
    with_lists(found, tables)
}

fn read_form(sheet: &Sheet, rows: &[&[Data]], found: &mut Map<String, Value>, faults: &mut Vec<String>) -> Result<()> {
    let start = header(rows, "Mục")?;
    for (place, field) in (start + 1..).zip(&sheet.fields) {
        let row = rows.get(place).copied().unwrap_or_default();
        if label(row.first()) != field.header {
            faults.push(format!("{}: A{}: {}?", sheet.name, place + 1, field.header));
            continue;
        }
        match check(field, row.get(1).unwrap_or(&Data::Empty)) {
            Ok(text) => {
                found.insert(format!("{}_{}", sheet.id, field.id), text.into());
            }
            Err(fault) => faults.push(format!("{}: B{}: {fault}", sheet.name, place + 1)),
        }
    }
    Ok(())
}

fn read_table<'a>(sheet: &Sheet<'a>, rows: &[&[Data]], faults: &mut Vec<String>) -> Result<Vec<Record<'a>>> {
    let start = header(rows, "STT")?;
    for (column, field) in (1..).zip(&sheet.fields) {
        if label(rows[start].get(column)) != field.header {
            faults.push(format!("{}: column {}: {}?", sheet.name, column + 1, field.header));
        }
    }
    let mut table = Vec::new();
    if !faults.is_empty() {
        return Ok(table);
    }
    for (place, row) in rows.iter().enumerate().skip(start + 1) {
        // The example, and rows that hold a number only.
        if row[0] == *"VD" || row[1..].iter().all(|cell| *cell == Data::Empty) {
            continue;
        }
        let mut record = Vec::with_capacity(sheet.fields.len());
        for (column, field) in (1..).zip(&sheet.fields) {
            match check(field, &row[column]) {
                Ok(text) => record.push((field.id, text)),
                Err(fault) => faults.push(format!(
                    "{}: row {}, column {}: {fault}",
                    sheet.name,
                    place + 1,
                    column + 1
                )),
            }
        }
        table.push(record);
    }
    if table.len() > sheet.max_rows {
        faults.push(format!("{}: more than {} rows", sheet.name, sheet.max_rows));
    }
    Ok(table)
}

fn header(rows: &[&[Data]], first: &str) -> Result<usize> {
    let place = rows.iter().position(|row| row[0] == *first);
    place.ok_or_else(|| format!("no row begins with {first}").into())
}

fn label(cell: Option<&Data>) -> String {
    let text = cell.map(Data::to_string).unwrap_or_default();
    let words: Vec<&str> = text.strip_suffix('*').unwrap_or(&text).split_whitespace().collect();
    words.join(" ")
}

/// A cell as it is printed, or what is wrong with it.
fn check(field: &Field, cell: &Data) -> std::result::Result<String, String> {
    let empty = match cell {
        Data::Empty => true,
        Data::String(text) => text.trim().is_empty(),
        _ => false,
    };
    if empty {
        return match field.required {
            true => Err("empty".into()),
            false => Ok(field.default.into()),
        };
    }
    match field.kind {
        "text" | "long_text" | "choice" | "flag" => {
            let Data::String(text) = cell else {
                return Err(format!("{cell} is no text"));
            };
            let text = text.trim();
            if field.choices.as_ref().is_some_and(|choices| !choices.contains(text)) {
                return Err(format!("{text} is not permitted"));
            }
            if text.chars().count() > field.max_length {
                return Err("too long".into());
            }
            return Ok(text.into());
        }
        "date" => {
            let Data::DateTime(date) = cell else {
                return Err(format!("{cell} is no date"));
            };
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            return Ok(format!("{}/{}/{year}", padded(day, 10), padded(month, 3)));
        }
        _ => {}
    }
    let number = match cell {
        Data::Float(number) => *number,
        Data::Int(number) => *number as f64,
        _ => return Err(format!("{cell} is no number")),
    };
    let number = match field.kind {
        "percent" => (number * 1e8).round() / 1e6,
        _ => number,
    };
    if number < field.min || number > field.max {
        return Err(format!("{number} is out of range"));
    }
    if matches!(field.kind, "integer" | "year" | "count") && number.fract() != 0.0 {
        return Err(format!("{number} is not whole"));
    }
    Ok(match field.kind {
        "year" => format!("{number}"),
        "count" if number < 10.0 => format!("{number:02}"),
        "percent" => grouped(number) + "%",
        _ => grouped(number),
    })
}

/// With a leading zero below the limit.
fn padded(number: u8, limit: u8) -> String {
    if number < limit {
        format!("{number:02}")
    } else {
        number.to_string()
    }
}

/// 12.345,6
fn grouped(number: f64) -> String {
    let text = ((number * 1e6).round() / 1e6).to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 && !out.ends_with('-') {
            out.push('.');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(',');
        out.push_str(fraction);
    }
    out
}

// --- What the template prints -----------------------------------------------------------------------------------------

fn with_lists(mut found: Map<String, Value>, tables: Vec<(&str, Vec<Record>)>) -> Result<Value> {
    let (people, tables): (Vec<_>, Vec<_>) = tables.into_iter().partition(|(id, _)| *id == "danh_sach");
    let table = |wanted: &str| {
        let table = tables.iter().find(|(id, _)| *id == wanted);
        table.map_or(&[][..], |(_, table)| table)
    };
    let awards: HashMap<&str, &Record> = table("khen_thuong")
        .iter()
        .map(|award| (get(award, "ma"), award))
        .filter(|(key, _)| !key.is_empty())
        .collect();
    for (id, table) in &tables {
        for (number, record) in (1..).zip(table) {
            for (field, text) in record {
                found.insert(format!("{id}_{number}_{field}"), text.as_str().into());
            }
        }
    }
    let from_above: Vec<Value> = table("van_ban")
        .iter()
        .filter(|record| get(record, "nhom") == "Triển khai văn bản cấp trên")
        .map(|record| {
            record
                .iter()
                .map(|(field, text)| (field.to_string(), text.as_str().into()))
                .collect()
        })
        .map(Value::Object)
        .collect();
    found.insert("tu_cap_tren".into(), from_above.into());

    let mut rows = Vec::new();
    for (number, person) in (1..).zip(people.iter().flat_map(|(_, table)| table)) {
        let key = get(person, "ma_khen_thuong");
        let award = awards.get(key).ok_or_else(|| format!("no award {key}"))?;
        let form = match get(award, "hinh_thuc") {
            "" => "khen thưởng",
            form => form,
        };
        let form = match get(award, "trang_thai") {
            "Đề nghị" => format!("Đề nghị {form}"),
            _ => capitalized(form),
        };
        let place: Vec<&str> = ["chuc_vu", "don_vi"].iter().map(|field| get(person, field)).collect();
        let place: Vec<&str> = place.into_iter().filter(|text| !text.is_empty()).collect();
        rows.push(json!({
            "so": grouped(f64::from(number)),
            "ho_ten": get(person, "ho_ten"),
            "noi": place.join(", "),
            "hinh_thuc": format!("{form} của {}", get(award, "co_quan")),
            "thanh_tich": get(person, "thanh_tich"),
        }));
    }
    found.insert("ca_nhan".into(), rows.into());

    let of = |field: &str| found.get(&format!("thong_tin_{field}")).map_or("", text);
    let date: Vec<&str> = of("ngay").split('/').collect();
    let [day, month, year] = date.as_slice() else {
        return Err("no date".into());
    };
    let year_number: i32 = of("nam").parse()?;
    let derived = [
        ("ngay_dai", format!("ngày {day} tháng {month} năm {year}")),
        ("so_van_ban", format!("{:0>2}", of("so_van_ban").replace('.', ""))),
        (
            "don_vi_hoa",
            format!("{} {}", of("loai_don_vi"), of("ten_xa")).to_uppercase(),
        ),
        ("chuc_vu_hoa", of("chuc_vu").to_uppercase()),
        ("nam_sau", (year_number + 1).to_string()),
        ("nam_qua", (year_number - 1).to_string()),
    ];
    for (name, text) in derived {
        found.insert(name.into(), text.into());
    }
    Ok(Value::Object(found))
}

fn get<'r>(record: &'r Record, field: &str) -> &'r str {
    let found = record.iter().find(|(known, _)| *known == field);
    found.map_or("", |(_, text)| text)
}

fn capitalized(text: &str) -> String {
    let mut signs = text.chars();
    let first = signs.next();
    first.into_iter().flat_map(char::to_uppercase).chain(signs).collect()
}
