//! The samples in disguise: the same data as people keep it elsewhere gives the same reports, byte for byte.
//!
//! Each disguise is made here of the committed workbook, cell by cell, in the notation of `markdown_workbook`.

use baocao::diagnostic::{Diagnostics, Lang, Severity};
use baocao::pack::{Fit, Pack, fit};
use baocao::pipeline::{self, Document, Options};
use baocao::schema::Field;
use baocao::value::Raw;
use baocao::workbook::{Cell, Formula, Limits, Workbook, read};

use crate::legacy_texts::{tcvn3, vni};
use crate::markdown_workbook::{self, Sheet};
use crate::xls_workbook::Xls;
use crate::{other_containers, samples};

/// The samples that are whole.
pub const SAMPLES: [&str; 2] = ["tan-hoa-2023.xlsx", "an-binh-thuong-2025.xlsx"];

fn file(name: &str) -> Vec<u8> {
    std::fs::read(samples::path(name)).expect("a sample")
}

fn raw(bytes: &[u8]) -> Workbook {
    read(bytes, &Limits::default()).expect("a workbook")
}

/// The documents of a workbook; nothing may be wrong with it.
#[track_caller]
fn documents(pack: &Pack, bytes: &[u8], what: &str) -> Vec<Document> {
    let outcome = pipeline::render(pack, bytes, &Options::default()).expect("a workbook");
    let errors = outcome
        .diagnostics
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let errors: Diagnostics = errors.cloned().collect();
    assert!(!outcome.documents.is_empty(), "{what}:\n{}", errors.print(Lang::Vi));
    outcome.documents
}

/// Holds the documents of a disguised sample against those of the sample.
#[track_caller]
pub fn same(name: &str, disguised: &[u8]) {
    let pack = samples::pack();
    let wanted = documents(&pack, &file(name), name);
    let found = documents(&pack, disguised, name);
    assert_eq!(wanted.len(), found.len(), "{name}");
    for (wanted, found) in wanted.iter().zip(&found) {
        assert_eq!(wanted.file_name, found.file_name, "{name}");
        assert!(
            wanted.bytes == found.bytes,
            "{name}: {}",
            difference(&wanted.bytes, &found.bytes)
        );
    }
}

/// The first place in which the texts of two documents differ.
fn difference(wanted: &[u8], found: &[u8]) -> String {
    let [wanted, found] = [wanted, found].map(crate::word_notation::shown);
    let mut lines = wanted.lines().zip(found.lines());
    match lines.find(|(wanted, found)| wanted != found) {
        Some((wanted, found)) => format!("wanted:\n{wanted}\nfound:\n{found}"),
        None => "the texts are the same".to_owned(),
    }
}

/// A workbook in the notation of Markdown workbooks.
fn notation(workbook: &Workbook) -> Vec<Sheet> {
    let sheets = workbook.sheets.iter().map(|sheet| {
        let mut rows: Vec<(Vec<String>, bool)> = Vec::new();
        let mut put = |row: u32, column: u32, text: String, hidden: Option<bool>| {
            let (row, column) = (row as usize, column as usize);
            rows.resize_with(rows.len().max(row + 1), Default::default);
            let (cells, is_hidden) = &mut rows[row];
            cells.resize(cells.len().max(column + 1), String::new());
            cells[column] = text;
            *is_hidden = hidden.unwrap_or(*is_hidden);
        };
        for row in &sheet.rows {
            for cell in &row.cells {
                put(row.index, cell.column, written(cell), Some(row.hidden));
            }
        }
        for (first, last) in &sheet.merged {
            for row in first.row..=last.row {
                for column in first.column..=last.column {
                    match (row == first.row, column == first.column) {
                        (true, true) => {}
                        (true, false) => put(row, column, "<".to_owned(), None),
                        (false, _) => put(row, column, "^".to_owned(), None),
                    }
                }
            }
        }
        Sheet {
            name: sheet.name.clone(),
            hidden: sheet.hidden,
            hidden_columns: Vec::new(),
            rows,
        }
    });
    sheets.collect()
}

fn written(cell: &Cell) -> String {
    let value = match &cell.raw {
        Raw::Text(text) => format!("\"{text}\""),
        Raw::Number(number) => number.to_string(),
        // Shifted as decimal text, as Excel does with what a person types.
        Raw::Percent(number) => format!("{}%", format!("{number}e2").parse::<f64>().expect("a number")),
        Raw::Date(date) => date.to_string(),
        Raw::Flag(flag) => flag.to_string().to_uppercase(),
        Raw::Error(error) => error.to_string(),
    };
    match cell.formula {
        Formula::None => value,
        _ => panic!("the samples have no formulas"),
    }
}

/// The sheets as .xls, with the properties of the workbook they come from.
fn xls(sheets: &[Sheet], properties: &Workbook) -> Vec<u8> {
    let mut xls = Xls::new(&markdown_workbook::print(sheets));
    for (name, value) in &properties.properties {
        xls = xls.property(name, value);
    }
    xls.build()
}

fn xlsx(sheets: &[Sheet]) -> Vec<u8> {
    markdown_workbook::workbook(&markdown_workbook::print(sheets))
}

/// What every cell of some sheets becomes.
fn each_cell(mut sheets: Vec<Sheet>, change: impl Fn(&str) -> String) -> Vec<Sheet> {
    for sheet in &mut sheets {
        for cell in sheet.rows.iter_mut().flat_map(|(cells, _)| cells) {
            *cell = change(cell);
        }
    }
    sheets
}

#[test]
fn the_notation_of_a_sample_holds_all_of_it() {
    for name in SAMPLES {
        let sample = raw(&file(name));
        let sheets = notation(&sample);
        same(name, &xlsx(&sheets));
        let again = raw(&xlsx(&sheets));
        assert_eq!(
            markdown_workbook::print(&notation(&again)),
            markdown_workbook::print(&sheets)
        );
    }
}

#[test]
fn an_xls_gives_the_same_report() {
    for name in SAMPLES {
        let sample = raw(&file(name));
        same(name, &xls(&notation(&sample), &sample));
    }
}

#[test]
fn an_ods_and_an_xlsb_give_the_same_report() {
    for name in SAMPLES {
        let sample = raw(&file(name));
        same(name, &other_containers::ods(&sample));
        same(name, &other_containers::xlsb(&sample));
    }
}

/// The texts of all cells in an encoding, as fonts of it show them.
fn encoded(sheets: Vec<Sheet>, encode: fn(&str) -> String, font: &str) -> Vec<Sheet> {
    each_cell(sheets, |cell| {
        match cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')) {
            // Headings in capitals stand in a font that draws all letters as capitals, where there is one.
            Some(text) if font == ".VnTime" && text.to_uppercase() == text && !text.is_ascii() => {
                format!("\"{{font .VnTimeH}}{}\"", encode(&text.to_lowercase()))
            }
            Some(text) => format!("\"{{font {font}}}{}\"", encode(text)),
            None => cell.to_owned(),
        }
    })
}

#[test]
fn texts_in_tcvn3_give_the_same_report() {
    for name in SAMPLES {
        let sample = raw(&file(name));
        let sheets = encoded(notation(&sample), tcvn3, ".VnTime");
        assert!(markdown_workbook::print(&sheets).contains("ChØ tiªu"));
        same(name, &xls(&sheets, &sample));
        same(name, &xlsx(&sheets));
    }
}

#[test]
fn texts_in_vni_give_the_same_report() {
    for name in SAMPLES {
        let sample = raw(&file(name));
        let sheets = encoded(notation(&sample), vni, "VNI-Times");
        assert!(markdown_workbook::print(&sheets).contains("Chæ tieâu"));
        same(name, &xls(&sheets, &sample));
        same(name, &xlsx(&sheets));
    }
}

/// Numbers, percentages and dates as people type them into cells that Excel takes for text.
fn as_text(sheets: Vec<Sheet>) -> Vec<Sheet> {
    let pack = samples::pack();
    let fields: Vec<&Field> = pack.schema.sheets.iter().flat_map(|sheet| &sheet.fields).collect();
    let mut sheets = sheets;
    for (row, (cells, _)) in sheets.iter_mut().flat_map(|sheet| sheet.rows.iter_mut().enumerate()) {
        let label = cells.first().cloned().unwrap_or_default();
        let unit = fields.iter().find(|field| label.trim_matches('"') == field.label);
        let unit = unit.and_then(|field| field.unit.as_deref()).unwrap_or_default();
        for cell in cells {
            if let Some(text) = typed(cell, row, unit) {
                *cell = format!("\"{text}\"");
            }
        }
    }
    sheets
}

/// How a person types a value; in one way or the other from row to row.
fn typed(cell: &str, row: usize, unit: &str) -> Option<String> {
    if let Some((year, [month, day])) = date_parts(cell) {
        return Some(match row % 3 {
            0 => format!("{day}/{month}/{year}"),
            1 => format!("ngày {day} tháng {month} năm {year}"),
            _ => format!(
                "'{}-{}-{year}\u{a0}",
                day.trim_start_matches('0'),
                month.trim_start_matches('0')
            ),
        });
    }
    let (number, sign) = match cell.strip_suffix('%') {
        Some(number) => (number, "%"),
        None => (cell, ""),
    };
    markdown_workbook::number(number)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        // A year has no dots.
        let is_thousands = whole.len() > 4 && index > 0 && (whole.len() - index) % 3 == 0;
        text.extend(is_thousands.then_some('.').into_iter().chain([digit]));
    }
    match fraction {
        // One dot alone could be either separator: the program asks.
        "" if text.matches('.').count() == 1 => text += ",0",
        "" => {}
        fraction => text += &format!(",{fraction}"),
    }
    Some(match row % 3 {
        0 => format!("{text}{sign} {unit}").trim_end().to_owned(),
        1 => format!("\u{a0}{text}\u{a0}{sign}\u{200b}"),
        _ => format!("'{text}{sign}\u{a0}{unit}"),
    })
}

fn date_parts(cell: &str) -> Option<(&str, [&str; 2])> {
    markdown_workbook::date(cell)?;
    let (year, rest) = cell.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    Some((year, [month, day]))
}

#[test]
fn numbers_and_dates_typed_as_text_give_the_same_report() {
    for name in SAMPLES {
        let sample = raw(&file(name));
        let sheets = as_text(notation(&sample));
        let markdown = markdown_workbook::print(&sheets);
        assert!(
            markdown.contains("\u{a0}%") && markdown.contains("tháng 12 năm 20"),
            "{markdown}"
        );
        same(name, &xlsx(&sheets));
        same(name, &xls(&sheets, &sample));
    }
}

/// The sheets as an office lays them out by itself: no instructions and no lists of choices, tabs with numbers and
/// abbreviations, letterheads above, headers over two rows in another order and other words, numbering rows, a section, a
/// total, signatures; labels of forms numbered, far from their values or in one cell with them.
fn untidy(sheets: Vec<Sheet>) -> Vec<Sheet> {
    let kept = sheets
        .into_iter()
        .filter(|sheet| !["Hướng dẫn", "_DM"].contains(&sheet.name.as_str()));
    let untidy = kept.map(|sheet| {
        let header = sheet
            .rows
            .iter()
            .position(|(cells, _)| cells.first().is_some_and(|cell| cell == "\"STT\""));
        let mut rows = match header {
            Some(header) => untidy_table(&sheet, header),
            None => untidy_form(&sheet),
        };
        let letterhead = [
            "| UBND HUYỆN | | | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM | < | < |",
            "| ỦY BAN NHÂN DÂN XÃ | < | | Độc lập - Tự do - Hạnh phúc | < | < |",
            "| |",
            "| | | BIỂU TỔNG HỢP SỐ LIỆU | < | < | < |",
            "| | | (Kèm theo báo cáo của xã) | < | < | < |",
        ];
        let signature = [
            "| |",
            "| | NGƯỜI LẬP BIỂU | | | TM. UBND XÃ |",
            "| | (Ký, ghi rõ họ tên) |",
        ];
        let lines = |lines: &[&str]| {
            markdown_workbook::sheets(&format!("## x\n{}", lines.join("\n")))
                .remove(0)
                .rows
        };
        rows.splice(0..0, lines(&letterhead));
        rows.extend(lines(&signature));
        let known = TABS.iter().find(|(name, _)| *name == sheet.name);
        Sheet {
            name: known.map_or_else(|| sheet.name.to_uppercase(), |(_, name)| (*name).to_owned()),
            hidden: sheet.hidden,
            hidden_columns: Vec::new(),
            rows,
        }
    });
    untidy.collect()
}

/// Tabs and what they are called elsewhere; others in capitals.
const TABS: [(&str, &str); 6] = [
    ("Thông tin chung", "1. TT chung"),
    ("Văn bản chỉ đạo", "VB chỉ đạo"),
    ("Chỉ tiêu", "Biểu 05 - Chỉ tiêu"),
    ("Khen thưởng", "Khen thuong"),
    ("Danh sách tập thể", "DS tập thể"),
    ("Danh sách cá nhân", "DS cá nhân"),
];

/// Headers, what stands over them elsewhere, and what they are called there; others in capitals.
const HEADERS: [(&str, &str, &str); 9] = [
    ("Đơn vị tính", "", "ĐVT"),
    ("Kế hoạch", "", "KH năm"),
    ("Thực hiện", "Kết quả", "TH"),
    ("Tỷ lệ so với kế hoạch", "Kết quả", "% KH"),
    ("Thực hiện năm trước", "", "TH năm trước"),
    ("Ước cả năm", "", "Ước TH"),
    ("Số tập thể", "Số lượng", "Tập thể"),
    ("Số cá nhân", "Số lượng", "Cá nhân"),
    ("Số, ký hiệu", "", "Số và ký hiệu"),
];

fn untidy_table(sheet: &Sheet, header: usize) -> Vec<(Vec<String>, bool)> {
    let text = |text: &str| format!("\"{text}\"");
    // The running number stays in front, the rest goes backwards, and a column of the office's own is the last.
    let moved = |cells: &[String], own: &str| -> Vec<String> {
        let rest = cells.iter().skip(1).rev().cloned();
        cells
            .first()
            .cloned()
            .into_iter()
            .chain(rest)
            .chain([own.to_owned()])
            .collect()
    };
    let width = sheet.rows[header].0.len();
    let mut labels = sheet.rows[header].0.clone();
    let mut upper = vec![String::new(); width];
    for (label, group) in labels.iter_mut().zip(&mut upper).skip(1) {
        let plain = label.trim_matches('"').trim_end_matches(" *").replace("\n(%)", "");
        let known = HEADERS.iter().find(|(own, ..)| *own == plain);
        let (above, own) = known.map_or(("", plain.to_uppercase()), |(_, above, own)| {
            (*above, (*own).to_owned())
        });
        (*group, *label) = match above {
            "" => (text(&own), "^".to_owned()),
            above => (text(above), text(&own)),
        };
    }
    (upper[0], labels[0]) = (text("TT"), "^".to_owned());
    let mut upper = moved(&upper, "Người nhập");
    let groups = upper.clone();
    for column in 1..upper.len() {
        if groups[column] == groups[column - 1] {
            upper[column] = "<".to_owned();
        }
    }
    let numbering = (1..=width + 1).map(|number| format!("\"({number})\""));
    let mut rows = vec![upper, moved(&labels, "^"), numbering.collect()];
    let records = sheet.rows[header + 1..].iter().map(|(cells, _)| cells);
    let mut records: Vec<Vec<String>> = records
        // Neither the example nor rows that wait with a number.
        .filter(|cells| cells[0] != "\"VD\"" && cells[1..].iter().any(|cell| !cell.is_empty()))
        .map(|cells| [&cells[..], &vec![String::new(); width][cells.len()..]].concat())
        .collect();
    let line = |number: &str, column: usize, label: &str| {
        let mut cells = vec![String::new(); width];
        (cells[0], cells[column]) = (number.to_owned(), text(label));
        cells
    };
    match sheet.name.as_str() {
        "Chỉ tiêu" => {
            records.insert(0, line("\"A\"", 3, "CHỈ TIÊU KINH TẾ"));
            records.insert(7, line("\"B\"", 3, "CHỈ TIÊU XÃ HỘI"));
        }
        "Khen thưởng" => {
            let mut total = line("", 2, "Tổng cộng");
            for column in [4, 5] {
                let figures = records
                    .iter()
                    .filter_map(|cells| markdown_workbook::number(&cells[column]));
                total[column] = figures.sum::<f64>().to_string();
            }
            records.push(total);
        }
        _ => {}
    }
    rows.extend(records.iter().map(|cells| moved(cells, "")));
    rows.into_iter().map(|cells| (cells, false)).collect()
}

fn untidy_form(sheet: &Sheet) -> Vec<(Vec<String>, bool)> {
    // Below title, help and the heads of the columns.
    let pairs = sheet.rows[3..].iter().map(|(cells, _)| cells);
    let pairs = pairs.enumerate().map(|(index, cells)| {
        let label = cells[0].trim_matches('"').trim_end_matches(" *");
        let value = cells.get(1).map_or("", String::as_str);
        let number = (index + 1).to_string();
        let simple = value.trim_matches('"');
        let is_short = simple.len() < 60 && markdown_workbook::date(value).is_none() && !value.is_empty();
        match index % 3 {
            0 if is_short => vec![number, format!("\"{label}: {simple}\"")],
            1 => vec![
                number,
                format!("\"{}:\"", label.to_uppercase()),
                String::new(),
                value.to_owned(),
            ],
            _ => vec![number, format!("\"{label}\""), String::new(), value.to_owned()],
        }
    });
    pairs.map(|cells| (cells, false)).collect()
}

#[test]
fn another_layout_without_the_packs_stamp_gives_the_same_report() {
    for name in SAMPLES {
        let sample = raw(&file(name));
        let sheets = untidy(notation(&sample));
        let bytes = xlsx(&sheets);
        assert!(raw(&bytes).properties.is_empty());
        assert_eq!(fit(&[samples::pack()], &raw(&bytes)), Fit::Looks(0));
        same(name, &bytes);
        same(name, &Xls::new(&markdown_workbook::print(&sheets)).build());
    }
}

#[test]
fn all_disguises_at_once_give_the_same_report() {
    for name in SAMPLES {
        let sheets = untidy(as_text(notation(&raw(&file(name)))));
        let sheets = encoded(sheets, tcvn3, ".VnTime");
        same(name, &Xls::new(&markdown_workbook::print(&sheets)).build());
        same(name, &xlsx(&sheets));
    }
}
