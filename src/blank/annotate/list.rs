//! The sheet that lists all findings, each with a link to its cell.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::book::Tab;
use super::styles::ListFormats;
use super::{Wish, xml};
use crate::blank::measure;
use crate::dataset::{FINDINGS_SHEET, findings_mark};
use crate::diagnostic::{CellRef, Lang, Place, Severity, Text};
use crate::opc::escape_attribute;

/// Widths in digits: number, severity, sheet, cells, field or column, what is wrong, what to do.
const WIDTHS: [f64; 7] = [6.0, 12.0, 22.0, 25.0, 28.0, 60.0, 52.0];
/// A digit of the workbook's own face, which widths count, may be narrower than one of the list's.
const NARROW: f64 = 0.86;
/// How many cells of a group are named, and how many of a larger one: LibreOffice does not break the line of a link.
const NAMED_CELLS: usize = 3;
const NAMED_OF_MANY: usize = 2;
/// Excel's limits (rows of a sheet, links of a sheet).
const MOST_ROWS: usize = 60_000;

/// The first of `Lỗi cần sửa`, `Lỗi cần sửa (2)`, … that no sheet has.
pub(super) fn free_name(taken: &[String]) -> String {
    let is_free = |name: &String| !taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    let names = (1..).map(|number| match number {
        1 => FINDINGS_SHEET.to_owned(),
        number => format!("{FINDINGS_SHEET} ({number})"),
    });
    names.into_iter().find(is_free).unwrap_or_default()
}

/// The list.
pub(super) struct List {
    /// The sheet's part.
    pub content: String,
    /// The header row, from 1.
    pub header_row: usize,
}

/// The list of what was found. `worksheets` are the sheets as findings name them, with their tabs.
pub(super) fn sheet(
    wish: &Wish<'_>,
    worksheets: &[(&str, &Tab)],
    remarks: &[Text],
    formats: ListFormats,
    is_strict: bool,
) -> List {
    let (findings, lang) = (wish.findings, wish.lang);
    let tabs: BTreeMap<&str, &str> = worksheets.iter().map(|(name, tab)| (*name, &*tab.name)).collect();
    let t = |vi: &'static str, en: &'static str| match lang {
        Lang::Vi => vi,
        Lang::En => en,
    };
    let mut rows = String::new();
    let mut links = String::new();
    let (errors, warnings) = findings.counts();
    let counts = match lang {
        Lang::Vi => format!(
            "{errors} lỗi, {warnings} cảnh báo. Bấm vào tên ô để đến ô ấy; các ô này được tô màu và có ghi chú."
        ),
        Lang::En => format!(
            "{errors} errors, {warnings} warnings. Click a cell's name to go there; these cells are coloured and have notes."
        ),
    };
    let title = t("DANH SÁCH LỖI CẦN SỬA", "WHAT NEEDS MENDING").to_owned();
    row(&mut rows, 1, 26.0, &[(Content::Text(title), formats.title)]);
    let notes = [findings_mark().get(lang).to_owned(), counts].into_iter();
    let notes = notes.chain(remarks.iter().map(|remark| remark.get(lang).to_owned() + "."));
    let mut header_row = 2;
    for note in notes {
        let lines = measure::lines(&note, WIDTHS.iter().sum::<f64>() * NARROW, false);
        let height = measure::height(lines).max(19.0);
        row(&mut rows, header_row, height, &[(Content::Text(note), formats.note)]);
        header_row += 1;
    }
    let merged: String = (1..header_row)
        .map(|number| format!("<mergeCell ref=\"A{number}:G{number}\"/>"))
        .collect();
    let merged = format!("<mergeCells count=\"{}\">{merged}</mergeCells>", header_row - 1);
    let header = match lang {
        Lang::Vi => ["STT", "Mức độ", "Trang tính", "Ô", "Mục, cột", "Sai ở đâu", "Cách sửa"],
        Lang::En => [
            "No.",
            "Severity",
            "Sheet",
            "Cell",
            "Field, column",
            "What is wrong",
            "What to do",
        ],
    };
    let cells = header.map(|head| (Content::Text(head.to_owned()), formats.header));
    row(&mut rows, header_row, 24.0, &cells);
    let mut last = header_row;
    for (index, finding) in findings.iter().take(MOST_ROWS).enumerate() {
        last = header_row + 1 + index;
        let (severity, colour) = match finding.severity {
            Severity::Error => (t("Lỗi", "Error"), formats.error),
            Severity::Warning => (t("Cảnh báo", "Warning"), formats.warning),
        };
        let (sheet, cell) = match &finding.place {
            Place::Cell(sheet, cell) => (sheet.as_str(), Some(*cell)),
            Place::Sheet(sheet) => (sheet.as_str(), None),
            _ => ("", None),
        };
        let cells = cell.map_or(String::new(), |cell| cells_text(cell, &finding.more, lang));
        if !sheet.is_empty() {
            let column = if cell.is_some() { 'D' } else { 'C' };
            let tab = tabs.get(sheet).copied().unwrap_or(sheet);
            let place = format!("'{}'!{}", tab.replace('\'', "''"), cell.unwrap_or(CellRef::new(0, 0)));
            let _ = write!(
                links,
                "<hyperlink ref=\"{column}{last}\" location=\"{}\"/>",
                escape_attribute(&place)
            );
        }
        let sheet_format = if cell.is_none() && !sheet.is_empty() {
            formats.link
        } else {
            formats.text
        };
        let hint = finding.hint.as_ref().map_or("", |hint| hint.get(lang));
        let texts = [
            (sheet.to_owned(), sheet_format),
            (cells, if cell.is_some() { formats.link } else { formats.text }),
            ((wish.label)(finding).unwrap_or_default(), formats.text),
            (sentence(finding.message.get(lang)), formats.text),
            (sentence(hint), formats.text),
        ];
        let lines = texts.iter().zip(&WIDTHS[2..]);
        let lines = lines
            .map(|((text, _), width)| measure::lines(text, width * NARROW, false))
            .max();
        let mut cells = vec![
            (Content::Number(index + 1), formats.centre),
            (Content::Text(severity.to_owned()), colour),
        ];
        cells.extend(texts.into_iter().map(|(text, format)| (Content::Text(text), format)));
        row(&mut rows, last, measure::height(lines.unwrap_or(1)), &cells);
    }
    if findings.len() > MOST_ROWS {
        last += 1;
        let rest = findings.len() - MOST_ROWS;
        let text = match lang {
            Lang::Vi => format!("Còn {rest} lỗi, cảnh báo nữa; xem bằng baocao check --json"),
            Lang::En => format!("{rest} more findings; see baocao check --json"),
        };
        row(&mut rows, last, 19.0, &[(Content::Text(text), formats.note)]);
    }
    let columns: String = (1..)
        .zip(WIDTHS)
        .map(|(number, width)| format!("<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>"))
        .collect();
    let links = if links.is_empty() {
        links
    } else {
        format!("<hyperlinks>{links}</hyperlinks>")
    };
    let below = header_row + 1;
    let space = super::main_namespace(is_strict);
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{space}\"><sheetPr><tabColor rgb=\"FFC00000\"/><pageSetUpPr fitToPage=\"1\"/></sheetPr><dimension ref=\"A1:G{last}\"/><sheetViews><sheetView showGridLines=\"0\" tabSelected=\"1\" workbookViewId=\"0\"><pane ySplit=\"{header_row}\" topLeftCell=\"A{below}\" activePane=\"bottomLeft\" state=\"frozen\"/><selection pane=\"bottomLeft\" activeCell=\"A{below}\" sqref=\"A{below}\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15.75\"/><cols>{columns}</cols><sheetData>{rows}</sheetData><autoFilter ref=\"A{header_row}:G{last}\"/>{merged}{links}<printOptions horizontalCentered=\"1\"/><pageMargins left=\"0.4\" right=\"0.4\" top=\"0.6\" bottom=\"0.7\" header=\"0.3\" footer=\"0.35\"/><pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/><headerFooter><oddFooter>&amp;C&amp;\"Times New Roman,Regular\"&amp;11Trang &amp;P/&amp;N</oddFooter></headerFooter></worksheet>"
    );
    List { content, header_row }
}

enum Content {
    Number(usize),
    Text(String),
}

fn row(out: &mut String, number: usize, height: f64, cells: &[(Content, usize)]) {
    let _ = write!(out, "<row r=\"{number}\" ht=\"{height}\" customHeight=\"1\">");
    for (letter, (content, format)) in ('A'..).zip(cells) {
        let _ = match content {
            Content::Number(value) => write!(out, "<c r=\"{letter}{number}\" s=\"{format}\"><v>{value}</v></c>"),
            Content::Text(text) => write!(
                out,
                "<c r=\"{letter}{number}\" s=\"{format}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                xml::escape(text)
            ),
        };
    }
    out.push_str("</row>");
}

/// `F7`, or `F7, F8 và 12 ô khác`.
fn cells_text(cell: CellRef, more: &[CellRef], lang: Lang) -> String {
    let count = more.len() + 1;
    let named = if count > NAMED_CELLS { NAMED_OF_MANY } else { count };
    let names: Vec<String> = std::iter::once(&cell)
        .chain(more)
        .take(named)
        .map(CellRef::to_string)
        .collect();
    let names = names.join(", ");
    match (count - named, lang) {
        (0, _) => names,
        (rest, Lang::Vi) => format!("{names} và {rest} ô khác"),
        (rest, Lang::En) => format!("{names} and {rest} more cells"),
    }
}

/// A clause with a capital letter.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
