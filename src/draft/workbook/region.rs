//! Where on a sheet its tables, its form or its list stand, told without a schema.
//!
//! In: the cells of a sheet. Out: [`Region`]s, top to bottom. A header is known by its words, by figures or a numbering of the
//! columns below it, by merged cells; lines with one text above it are its title and the unit of its figures. What a letterhead
//! says is no header.

use crate::dataset::{Columns, header_text, is_label_row, is_numbering, is_running_number, label_text};
use crate::value::Raw;
use crate::vietnamese::{fold, trim};
use crate::workbook::{Cell, Row, Sheet};

/// Most rows of a header.
const DEPTH: u32 = 4;
/// Longest text that may be a header, in characters.
const LONGEST: usize = 120;
/// Longest text of a lower header row.
const LONGEST_PART: usize = 40;
/// Rows below a header that show what it is.
const SHOWN: usize = 4;
/// Most rows that are searched for headers.
const MOST_ROWS: usize = 20_000;
/// Most tables of a sheet.
const MOST_TABLES: usize = 12;

/// A part of a sheet that holds data.
#[derive(Debug)]
pub(super) enum Region {
    Table(Table),
    Form(Vec<Pair>),
    List(List),
}

/// A table: what stands above its columns, and the rows up to the next table.
#[derive(Debug)]
pub(super) struct Table {
    pub columns: Columns,
    pub title: Option<String>,
    pub unit_line: Option<String>,
    /// The first row that is not its own any more.
    pub end: u32,
}

/// A label of a form and the value beside it.
#[derive(Debug)]
pub(super) struct Pair {
    pub label: String,
    pub value: Option<Raw>,
}

/// One column of texts.
#[derive(Debug)]
pub(super) struct List {
    /// Its header, if it has one.
    pub label: Option<String>,
    pub items: Vec<Raw>,
}

/// All regions of a sheet.
pub(super) fn find(sheet: &Sheet) -> Vec<Region> {
    let tables = tables(sheet);
    if let [table] = tables.as_slice()
        && table.columns.labels.len() == 2
        && table.columns.running.is_none()
        && let Some(pairs) = form(&sheet.rows)
        && is_mixed(&pairs)
    {
        return vec![Region::Form(pairs)];
    }
    if !tables.is_empty() {
        return tables.into_iter().map(Region::Table).collect();
    }
    let form = form(&sheet.rows).map(Region::Form);
    form.or_else(|| list(&sheet.rows).map(Region::List))
        .into_iter()
        .collect()
}

fn content(row: &Row) -> impl Iterator<Item = &Cell> {
    row.cells.iter().filter(|cell| !cell.is_blank())
}

fn tables(sheet: &Sheet) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let rows = sheet.rows.as_slice();
    let mut index = 0;
    // The first row that may be a title of the next table.
    let mut free = 0;
    while index < rows.len().min(MOST_ROWS) && tables.len() < MOST_TABLES {
        let Some(columns) = header_at(sheet, index, tables.last()) else {
            index += 1;
            continue;
        };
        let above: Vec<&Row> = rows
            .iter()
            .filter(|row| row.index >= free && row.index < columns.first)
            .collect();
        let above = match tables.last() {
            None => above,
            Some(_) => title_rows(&above, columns.first),
        };
        let start = above.first().map_or(columns.first, |row| row.index);
        if let Some(last) = tables.last_mut() {
            last.end = start;
        }
        free = columns.data;
        index = rows.partition_point(|row| row.index < columns.data).max(index + 1);
        tables.push(Table {
            title: title(&above),
            unit_line: unit_line(&above),
            columns,
            end: u32::MAX,
        });
    }
    tables
}

/// The lines right above the header of a further table: one text each, after a blank row or the data above.
fn title_rows<'r>(above: &[&'r Row], header: u32) -> Vec<&'r Row> {
    let mut wanted = header;
    let mut rows: Vec<&Row> = Vec::new();
    for row in above.iter().rev().take(DEPTH as usize) {
        if row.index + 2 < wanted || content(row).count() != 1 || content(row).any(|cell| label_text(cell).is_none()) {
            break;
        }
        wanted = row.index;
        rows.push(row);
    }
    rows.reverse();
    rows
}

/// The header that begins with a row, if one does.
fn header_at(sheet: &Sheet, index: usize, before: Option<&Table>) -> Option<Columns> {
    let row = sheet.rows.get(index)?;
    if !is_label_row(row) {
        return None;
    }
    let labels: Vec<(u32, String)> = content(row)
        .filter_map(|cell| Some((cell.column, header_text(cell)?.into_owned())))
        .collect();
    let is_other = |text: &String| {
        trim(text).ends_with(':') || text.chars().count() > LONGEST || is_pair(text) || is_letterhead(text)
    };
    if labels.len() < 2 || labels.iter().any(|(_, text)| is_other(text)) {
        return None;
    }
    let known = labels.iter().filter(|(_, text)| is_known(text)).count();
    let is_numbered = labels.iter().any(|(_, text)| is_running_number(text));
    let below: Vec<&Row> = sheet.rows.iter().skip(index + 1).take(SHOWN).collect();
    let in_columns = |cell: &&Cell| labels.iter().any(|(column, _)| *column == cell.column);
    let has_figures = below.iter().any(|row| {
        let numbers = content(row).filter(|cell| matches!(cell.raw, Raw::Number(_) | Raw::Percent(_) | Raw::Date(_)));
        numbers.filter(in_columns).count() > 0
    });
    let is_aligned = below.iter().any(|row| content(row).filter(in_columns).count() >= 2);
    let has_numbering = below.iter().take(3).any(|row| is_numbering(row, labels.len(), None));
    let is_merged = sheet.merged.iter().any(|(first, last)| {
        first.row == row.index && (last.row > first.row) && labels.iter().any(|(column, _)| *column == first.column)
    });
    let first = || {
        !below.is_empty()
            && (known >= 2
                || known == 1 && (has_figures || is_aligned || has_numbering || is_merged)
                || labels.len() >= 3 && (has_figures || has_numbering))
    };
    let further = |before: &Table| {
        let same = |(column, text): &(u32, String)| {
            let mut own = before.columns.labels.iter();
            own.any(|(at, label)| at == column && label.split(" / ").any(|part| part == trim(text)))
        };
        let is_repeated = labels.iter().all(|label| same(label) || is_running_number(&label.1));
        let gap = sheet
            .rows
            .get(index.wrapping_sub(1))
            .is_none_or(|above| above.index + 1 < row.index || content(above).count() == 1);
        !is_repeated && known >= 2 && known * 2 >= labels.len() && gap && (is_numbered || is_merged || has_numbering)
    };
    if !before.map_or_else(first, further) {
        return None;
    }
    let mut top = row.index;
    if let Some(above) = sheet
        .rows
        .get(index.wrapping_sub(1))
        .filter(|above| above.index + 1 == top)
        && before.is_none_or(|before| above.index >= before.columns.data)
        && is_group_row(above, &labels, sheet)
    {
        top = above.index;
    }
    let mut columns = Columns::read(sheet, top, row.index);
    while columns.data < top + DEPTH {
        let next = sheet.rows.binary_search_by_key(&columns.data, |row| row.index).ok();
        let Some(next) = next.and_then(|next| sheet.rows.get(next)) else {
            break;
        };
        if !is_lower_part(next, top, &columns, sheet) {
            break;
        }
        let longer = Columns::read(sheet, top, next.index);
        if longer.data <= columns.data {
            break;
        }
        columns = longer;
    }
    // A column whose labels say nothing but a running number stands twice in some tables: one is enough.
    (!columns.labels.is_empty()).then_some(columns)
}

/// Whether a row names groups of the columns whose labels stand below it: `QUYẾT TOÁN` over `NĂM 2004`.
fn is_group_row(row: &Row, labels: &[(u32, String)], sheet: &Sheet) -> bool {
    let Some((leftmost, _)) = labels.first() else {
        return false;
    };
    let has_label = |column: u32| labels.iter().any(|(own, _)| *own == column);
    let is_group_below = |column: u32| {
        let mut merged = sheet.merged.iter();
        merged.any(|(first, last)| first.row == row.index + 1 && first.column == column && last.column > column)
    };
    // What reaches over most columns is a title.
    let covered: u32 = content(row)
        .map(|cell| {
            let mut merged = sheet
                .merged
                .iter()
                .filter(|(first, _)| first.row == row.index && first.column == cell.column);
            merged
                .next()
                .map_or(1, |(first, last)| last.column.saturating_sub(first.column) + 1)
        })
        .sum();
    is_label_row(row)
        && covered as usize * 2 <= labels.len()
        && content(row).all(|cell| {
            cell.column > *leftmost
                && has_label(cell.column)
                && !is_group_below(cell.column)
                && label_text(cell).is_some_and(|text| {
                    text.chars().count() <= LONGEST_PART
                        && !is_pair(text)
                        && !is_unit_line(text)
                        && !is_letterhead(text)
                })
        })
}

/// Whether a row goes on with the header above it: parts of a merged group, or words that go on.
fn is_lower_part(row: &Row, top: u32, columns: &Columns, sheet: &Sheet) -> bool {
    if !is_label_row(row)
        || columns
            .running
            .is_some_and(|running| row.cell(running).is_some_and(|cell| !cell.is_blank()))
    {
        return false;
    }
    let texts: Vec<(u32, String)> = content(row)
        .filter_map(|cell| Some((cell.column, header_text(cell)?.into_owned())))
        .collect();
    if texts.iter().any(|(_, text)| text.chars().count() > LONGEST_PART) {
        return false;
    }
    let is_in_group = |column: u32| {
        sheet.merged.iter().any(|(first, last)| {
            (top..row.index).contains(&first.row)
                && last.row < row.index
                && last.column > first.column
                && (first.column..=last.column).contains(&column)
                // A title over everything is no group.
                && columns.labels.iter().any(|(own, _)| *own < first.column || *own > last.column)
        })
    };
    // Words that go on, years, remarks in parentheses; no marker of a row: `1. Vận tải`.
    let goes_on = |text: &str| {
        let text = trim(text);
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        let is_marker = digits > 0 && digits < 4;
        !is_marker
            && text
                .chars()
                .next()
                .is_some_and(|first| first.is_lowercase() || digits >= 4 || first == '(')
            || text.len() >= 2
                && text.starts_with(['T', 'Q'])
                && text.chars().nth(1).is_some_and(|sign| sign.is_ascii_digit())
    };
    texts.iter().any(|(column, _)| is_in_group(*column)) || texts.iter().all(|(_, text)| goes_on(text))
}

/// `Tên xã: Tân Hoà`
fn is_pair(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(before, after)| !trim(before).is_empty() && !trim(after).is_empty())
}

/// What stands at the head of a document.
fn is_letterhead(text: &str) -> bool {
    let key = fold(text);
    [
        "cong hoa xa hoi",
        "doc lap",
        "uy ban nhan dan",
        "ubnd ",
        "mau so",
        "bieu so",
        "bieu mau",
        "phu luc",
    ]
    .iter()
    .any(|word| key.starts_with(word))
        || key.starts_with("so") && key.contains('/')
}

/// Whether a text is one of the words that stand over columns.
pub(super) fn is_known(text: &str) -> bool {
    const WHOLE: [&str; 20] = [
        "dvt", "kh", "th", "uth", "%", "tong", "nam", "ngay", "ma", "cong", "thon", "xa", "huyen", "xom", "dan toc",
        "ten", "k.h", "u.th", "thu", "chi",
    ];
    const BEGINNINGS: [&str; 66] = [
        "chi tieu",
        "ten ",
        "ho ten",
        "ho va ten",
        "ho, ten",
        "noi dung",
        "danh muc",
        "don vi",
        "ke hoach",
        "thuc hien",
        "uoc",
        "so sanh",
        "chuc vu",
        "chuc danh",
        "danh hieu",
        "hinh thuc",
        "ghi chu",
        "so luong",
        "ty le",
        "ti le",
        "dia chi",
        "dia diem",
        "dia ban",
        "ma so",
        "ma ",
        "loai",
        "hang muc",
        "dien tich",
        "gia tri",
        "so ho",
        "so nguoi",
        "nguon",
        "tong so",
        "tong von",
        "tong cong",
        "ngay sinh",
        "nam sinh",
        "gioi tinh",
        "thoi gian",
        "nang luc",
        "chu dau tu",
        "muc tieu",
        "san luong",
        "nang suat",
        "du toan",
        "quyet toan",
        "phan loai",
        "linh vuc",
        "cap ",
        "ket qua",
        "nhiem vu",
        "so ky hieu",
        "so, ky hieu",
        "trich yeu",
        "co quan",
        "phong ban",
        "cong viec",
        "tien do",
        "thanh tien",
        "don gia",
        "so tien",
        "doi tuong",
        "quy mo",
        "dien thoai",
        "phan theo",
        "noi nhan",
    ];
    let key = fold(text);
    is_running_number(text) || WHOLE.contains(&key.as_str()) || BEGINNINGS.iter().any(|word| key.starts_with(word))
}

/// `Đơn vị tính: triệu đồng`
fn is_unit_line(text: &str) -> bool {
    let key = fold(text);
    text.contains(':')
        && ["don vi tinh", "dvt", "don vi"]
            .iter()
            .any(|word| key.starts_with(word))
}

fn unit_line(above: &[&Row]) -> Option<String> {
    let texts = above
        .iter()
        .rev()
        .flat_map(|row| row.cells.iter().filter_map(label_text));
    let line = texts.into_iter().find(|text| is_unit_line(text))?;
    Some(trim(line).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The line above a table that says what it is about: the longest in capitals, else the first.
fn title(above: &[&Row]) -> Option<String> {
    let lines = above.iter().flat_map(|row| row.cells.iter().filter_map(label_text));
    let lines = lines.map(trim).filter(|text| {
        text.chars().filter(|sign| sign.is_alphabetic()).count() >= 4
            && !text.starts_with('(')
            && !is_unit_line(text)
            && !is_letterhead(text)
            && !is_pair(text)
    });
    let lines: Vec<&str> = lines.collect();
    let in_capitals = lines.iter().filter(|text| {
        let letters = || text.chars().filter(|sign| sign.is_alphabetic());
        letters().filter(|sign| sign.is_uppercase()).count() * 10 >= letters().count() * 8 && text.contains(' ')
    });
    // Of equals the first: agencies have shorter names than what they report on.
    let in_capitals = in_capitals.rev().max_by_key(|text| text.chars().count());
    let text = in_capitals.or(lines.first())?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether the values of pairs are of several kinds, as those of one column are not.
fn is_mixed(pairs: &[Pair]) -> bool {
    let kinds = pairs
        .iter()
        .filter_map(|pair| pair.value.as_ref())
        .map(std::mem::discriminant);
    let kinds: std::collections::HashSet<_> = kinds.collect();
    kinds.len() >= 2
}

/// Labels with their values beside them, where most rows are such.
fn form(rows: &[Row]) -> Option<Vec<Pair>> {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut seen = 0;
    for row in rows.iter().take(MOST_ROWS) {
        let cells: Vec<&Cell> = content(row).collect();
        let cells = match cells.as_slice() {
            [first, rest @ ..] if rest.len() >= 2 && matches!(first.raw, Raw::Number(_)) => rest,
            all => all,
        };
        let Some(label) = cells.first().and_then(|cell| label_text(cell)) else {
            continue;
        };
        seen += 1;
        let pair = match cells {
            [_, value] if label.chars().count() <= LONGEST => Some((label, Some(value.raw.clone()))),
            [_] => match label.split_once(':') {
                Some((before, after)) if before.chars().count() <= LONGEST / 2 && !is_unit_line(label) => {
                    let after = trim(after);
                    Some((before, (!after.is_empty()).then(|| Raw::Text(after.into()))))
                }
                _ => None,
            },
            _ => None,
        };
        let Some((label, value)) = pair.filter(|(label, _)| !is_letterhead(label)) else {
            continue;
        };
        let label = trim(label)
            .trim_end_matches(':')
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        if !fold(&label).is_empty() && !pairs.iter().any(|pair| fold(&pair.label) == fold(&label)) {
            pairs.push(Pair { label, value });
        }
    }
    (pairs.len() >= 2 && pairs.len() * 10 >= seen * 6).then_some(pairs)
}

/// Texts one below the other, and nothing beside them but running numbers.
fn list(rows: &[Row]) -> Option<List> {
    let mut items: Vec<(u32, Raw)> = Vec::new();
    for row in rows.iter().take(MOST_ROWS) {
        let mut texts = content(row).filter(|cell| label_text(cell).is_some_and(|text| !is_running_number(text)));
        if let Some(cell) = texts.next() {
            items.push((cell.column, cell.raw.clone()));
        }
        let others = content(row).filter(|cell| !matches!(cell.raw, Raw::Number(_))).count();
        if others > 1 {
            return None;
        }
    }
    let column = items.last()?.0;
    let mut items: Vec<Raw> = items
        .into_iter()
        .filter(|(own, _)| *own == column)
        .map(|(_, raw)| raw)
        .collect();
    if items.len() < 3 {
        return None;
    }
    let label = match items.first() {
        Some(Raw::Text(text)) if is_known(text) && text.chars().count() <= LONGEST_PART => Some(trim(text).to_owned()),
        _ => None,
    };
    if label.is_some() {
        items.remove(0);
    }
    Some(List { label, items })
}
