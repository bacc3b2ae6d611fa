//! A pack drafted from a workbook that an office keeps.
//!
//! In: the workbook. Out: a plan whose sheets are the tables, forms and lists found on its tabs, the columns typed by their
//! cells, and what was guessed, in words. What was guessed is tried on that very workbook as any check would read it, and
//! mended until it is read without errors, or told. Left out: formulas, colours, the order of columns in print.

mod column;
mod example;
mod mend;
mod outline;
mod person;
mod region;
mod report;

use std::collections::HashSet;

use self::column::Guess;
use self::region::Region;
use super::letter::Kind;
use super::name::{self, Ids};
use super::plan::{Field, Plan, Sheet};
use crate::dataset::{self, Dataset, Mapping, Reason, is_findings_sheet, is_running_number, undated, unit_of};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Text, column_letters};
use crate::schema::{Derive, Layout, Schema};
use crate::text;
use crate::value::{Raw, Type, Value};
use crate::vietnamese::fold;
use crate::workbook::{self, Workbook};

/// The form that asks for what surrounds the content.
const FORM: &str = "thong_tin";
/// Rows by which a column is judged.
const MOST_ROWS: usize = 2_000;
/// Columns among which one without a header is looked for.
const MOST_COLUMNS: u32 = 64;
/// How often a plan is mended before it is left as it is.
const ROUNDS: usize = 8;

/// What the author says.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The pack's id.
    pub id: String,
    /// What people call it; the workbook's first title when absent.
    pub name: Option<String>,
    /// What kind of document it makes.
    pub kind: Kind,
    /// Who issues it.
    pub agency: Option<String>,
    /// Whether values of the workbook stay out of the pack.
    pub without_values: bool,
}

/// A plan, and what there is to say of it.
#[derive(Debug)]
pub struct Drafted {
    /// The plan.
    pub plan: Plan,
    /// What was made out, a line each.
    pub notes: Vec<Text>,
    /// What the check of the workbook still tells.
    pub findings: Diagnostics,
}

/// A sheet of the plan, and where its data came from.
struct Draft {
    sheet: Sheet,
    /// The tab, by its place.
    tab: usize,
    /// The header's rows, from 0; the same twice where there is none.
    header: (u32, u32),
    /// Of each field: its column, what was made out of it.
    fields: Vec<Source>,
    running: Option<u32>,
}

struct Source {
    column: u32,
    /// The header as the workbook writes it.
    label: String,
    guess: Guess,
    /// Whether nothing stands above the column.
    is_nameless: bool,
    /// What was mended, in words.
    mended: Vec<Text>,
}

/// A pack's plan by a workbook; an error when no tab of it holds anything to ask for.
pub fn draft(workbook: &Workbook, options: &Options) -> Result<Drafted, Diagnostics> {
    let mut notes = Vec::new();
    let mut drafts = drafts(workbook, &mut notes);
    if drafts.is_empty() {
        let finding = Diagnostic::error(
            "goi-moi/khong-co-bang",
            Place::File,
            Text::new(
                "không trang tính nào có bảng, biểu mẫu hay danh sách để lập gói",
                "no sheet has a table, a form or a list to draft a pack from",
            ),
        );
        return Err(Diagnostics::from_iter([finding.hint(Text::new(
            "cần ít nhất một trang đang hiện, có dòng tiêu đề và vài dòng số liệu",
            "at least one visible sheet needs a header row and some rows of data",
        ))]));
    }
    let (schema, dataset, _) = read(&drafts, workbook)?;
    refine(&mut drafts, workbook, &schema, &dataset);
    let (mut schema, mut dataset, mut findings) = read(&drafts, workbook)?;
    for _ in 0..ROUNDS {
        if !mend::mend(&mut drafts, &dataset, &findings) {
            break;
        }
        (schema, dataset, findings) = read(&drafts, workbook)?;
    }
    example::give(&mut drafts, &schema, &dataset, options.without_values);
    report::tell(&drafts, workbook, &dataset, &findings, &mut notes);
    explain(&mut drafts, workbook);
    let plan = outline::plan(drafts, options, &mut notes);
    Ok(Drafted { plan, notes, findings })
}

/// Reads the workbook by the drafts, as `check` will.
fn read(drafts: &[Draft], workbook: &Workbook) -> Result<(Schema, Dataset, Diagnostics), Diagnostics> {
    let plan = Plan {
        id: "ban-nhap".to_owned(),
        name: "Bản nháp".to_owned(),
        document: "Bản nháp".to_owned(),
        file_name: "ban nhap".to_owned(),
        sheets: drafts.iter().map(|draft| draft.sheet.clone()).collect(),
        ..Plan::default()
    };
    let schema = super::schema_of(&plan)?;
    let (dataset, findings) = dataset::build(&schema, workbook.clone(), &Mapping::default());
    Ok((schema, dataset, findings))
}

/// Says of each field where the office has it, and what is written there.
fn explain(drafts: &mut [Draft], workbook: &Workbook) {
    for draft in drafts {
        let tab = workbook.sheets.get(draft.tab).map_or("", |sheet| sheet.name.trim());
        let layout = draft.sheet.layout;
        for (field, source) in draft.sheet.fields.iter_mut().zip(&draft.fields) {
            let label = field.label.split_whitespace().collect::<Vec<_>>().join(" ");
            let place = match layout {
                _ if source.is_nameless => {
                    format!("Cột {} (không có tiêu đề)", column_letters(source.column))
                }
                Layout::Table => format!("Cột “{label}”"),
                Layout::Form => format!("Mục “{label}”"),
                Layout::List => "Mỗi dòng một mục".to_owned(),
            };
            let how = match field.ty {
                Type::Text => "chữ",
                Type::LongText => "chữ, có thể nhiều câu",
                Type::Integer => "số nguyên",
                Type::Decimal => "số",
                Type::Count => "số đếm",
                Type::Percent => "tỷ lệ phần trăm",
                Type::Year => "năm có bốn chữ số",
                Type::Date => "ngày/tháng/năm",
                Type::Flag => "ghi x nếu có",
                Type::Choice => "chọn trong danh mục",
            };
            let unit = field.unit.as_ref().filter(|unit| !unit.trim().is_empty());
            let unit = unit.map_or(String::new(), |unit| format!(", đơn vị {}", unit.trim()));
            field.help = Some(format!("{place} của trang “{tab}”, {how}{unit}."));
        }
    }
}

/// A sheet for each region of each tab; tabs that give none are told.
fn drafts(workbook: &Workbook, notes: &mut Vec<Text>) -> Vec<Draft> {
    let mut ids = Ids::default();
    ids.take(FORM);
    let mut names = Names::default();
    // The names of tabs come first: a title may say the same as another tab.
    let open = |sheet: &workbook::Sheet| !sheet.hidden && !is_findings_sheet(sheet) && fold(&sheet.name) != "huong dan";
    for sheet in workbook.sheets.iter().filter(|sheet| open(sheet)) {
        names.reserve(&sheet.name);
    }
    let mut drafts = Vec::new();
    for (tab, sheet) in workbook.sheets.iter().enumerate() {
        let shown = &sheet.name;
        if !open(sheet) {
            if sheet.hidden {
                notes.push(text!(
                    "Trang “{shown}”: đang ẩn nên bỏ qua",
                    "Sheet “{shown}”: hidden, passed over"
                ));
            }
            continue;
        }
        let regions = region::find(sheet);
        if regions.is_empty() {
            notes.push(match sheet.rows.is_empty() {
                true => text!("Trang “{shown}”: trống, bỏ qua", "Sheet “{shown}”: empty, passed over"),
                false => text!(
                    "Trang “{shown}”: không thấy bảng, biểu mẫu hay danh sách nào, bỏ qua",
                    "Sheet “{shown}”: no table, form or list was found, passed over"
                ),
            });
        }
        for (number, region) in regions.into_iter().enumerate() {
            let title = match &region {
                Region::Table(table) => table.title.clone(),
                _ => None,
            };
            let (name, aliases) = names.of(shown, number, title.as_deref());
            let id = ids.of(&name, "trang");
            let mut draft = match region {
                Region::Table(table) => of_table(sheet, table),
                Region::Form(pairs) => of_form(pairs),
                Region::List(list) => of_list(list, shown),
            };
            draft.tab = tab;
            (draft.sheet.id, draft.sheet.name, draft.sheet.aliases) = (id, name, aliases);
            drafts.push(draft);
        }
    }
    drafts
}

/// Names of sheets given out, folded.
#[derive(Default)]
struct Names {
    taken: HashSet<String>,
}

impl Names {
    fn reserve(&mut self, name: &str) {
        self.taken.insert(fold(name));
    }

    /// The name of a tab's region and its other names. The first is called as the tab, unless that says nothing.
    fn of(&mut self, tab: &str, number: usize, title: Option<&str>) -> (String, Vec<String>) {
        let title = title.map(name::sheet_name).filter(|title| !fold(title).is_empty());
        let free = |name: &String, taken: &HashSet<String>| !taken.contains(&fold(name));
        if number == 0 {
            let own = name::sheet_name(tab);
            if let Some(title) = title.filter(|title| says_nothing(tab) && free(title, &self.taken)) {
                self.reserve(&title);
                return (title, vec![own]);
            }
            return (own, Vec::new());
        }
        let numbered = (number + 1..).map(|number| {
            let head: String = tab.chars().take(24).collect();
            name::sheet_name(&format!("{head} ({number})"))
        });
        let candidates = title.into_iter().chain(numbered.take(1_000));
        let name = candidates
            .into_iter()
            .find(|name| free(name, &self.taken))
            .unwrap_or_default();
        self.reserve(&name);
        (name, Vec::new())
    }
}

/// Whether a tab has the name that a program gave it: `Sheet1`, `Trang tính 2`.
fn says_nothing(tab: &str) -> bool {
    let key = fold(tab);
    let word = key.trim_end_matches(|sign: char| sign.is_ascii_digit() || sign == ' ');
    matches!(word, "sheet" | "trang tinh" | "trang" | "bang tinh" | "worksheet")
}

/// The raw cells of a column in some rows, or as many of them as show what it holds.
fn cells(sheet: &workbook::Sheet, column: u32, rows: impl Fn(u32) -> bool) -> Vec<&Raw> {
    let rows = sheet.rows.iter().filter(|row| rows(row.index)).take(MOST_ROWS);
    rows.filter_map(|row| row.cell(column))
        .filter(|cell| !cell.is_blank())
        .map(|cell| &cell.raw)
        .collect()
}

fn of_table(sheet: &workbook::Sheet, table: region::Table) -> Draft {
    let mut draft = Draft::new(
        Layout::Table,
        (table.columns.first, table.columns.data.saturating_sub(1)),
    );
    draft.sheet.title = table.title;
    draft.sheet.unit_line = table.unit_line;
    draft.running = table.columns.running;
    let mut labels: Vec<(u32, String, bool)> = Vec::new();
    for (column, label) in table.columns.labels {
        let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
        // A second column of running numbers, or one that repeats a header, has no name of its own.
        let is_told = !is_running_number(&label) && !labels.iter().any(|(_, other, _)| fold(other) == fold(&label));
        if is_told && !fold(&label).is_empty() {
            labels.push((column, label, false));
        }
    }
    labels.extend(nameless(sheet, &draft, &labels, table.columns.data, table.end));
    labels.sort_unstable();
    let mut ids = Ids::default();
    ids.take("stt");
    for (column, label, is_nameless) in labels {
        let found = cells(sheet, column, |row| row >= table.columns.data && row < table.end);
        draft.add(&mut ids, column, label, &found, is_nameless);
    }
    draft.name_fields();
    // What says what a row is about, where every row does: by that a table is known again that shares its tab.
    let rows = sheet
        .rows
        .iter()
        .filter(|row| row.index >= table.columns.data && row.index < table.end);
    let rows: Vec<u32> = rows.map(|row| row.index).collect();
    let filled = |source: &Source| source.guess.values >= 3 && source.guess.values * 10 >= rows.len() * 8;
    if let Some(index) = draft.fields.iter().position(filled)
        && let Some(field) = draft.sheet.fields.get_mut(index)
    {
        field.required = true;
    }
    draft
}

/// Columns with texts and no header, left of one that has one: what the rows are about, where nobody wrote so.
fn nameless(
    sheet: &workbook::Sheet,
    draft: &Draft,
    labels: &[(u32, String, bool)],
    data: u32,
    end: u32,
) -> Vec<(u32, String, bool)> {
    let Some((last, ..)) = labels.last() else {
        return Vec::new();
    };
    let rows = sheet
        .rows
        .iter()
        .filter(|row| row.index >= data && row.index < end)
        .take(MOST_ROWS)
        .count();
    let is_free = |column: &u32| Some(*column) != draft.running && !labels.iter().any(|(own, ..)| own == column);
    let found = (0..(*last).min(MOST_COLUMNS)).filter(is_free).filter(|column| {
        let texts = cells(sheet, *column, |row| row >= data && row < end);
        texts.iter().filter(|raw| matches!(raw, Raw::Text(_))).count() * 2 >= rows.max(1)
    });
    found
        .map(|column| {
            let letters = column_letters(column);
            (column, format!("Nội dung (cột {letters})"), true)
        })
        .collect()
}

fn of_form(pairs: Vec<region::Pair>) -> Draft {
    let mut draft = Draft::new(Layout::Form, (0, 0));
    let mut ids = Ids::default();
    for pair in pairs {
        let values: Vec<&Raw> = pair.value.iter().collect();
        draft.add(&mut ids, 0, pair.label, &values, false);
    }
    draft.name_fields();
    draft
}

fn of_list(list: region::List, tab: &str) -> Draft {
    let mut draft = Draft::new(Layout::List, (0, 0));
    let label = list.label.unwrap_or_else(|| tab.to_owned());
    draft.add(
        &mut Ids::default(),
        0,
        label,
        &list.items.iter().collect::<Vec<_>>(),
        false,
    );
    for field in &mut draft.sheet.fields {
        (field.ty, field.choices) = (Type::Text, Vec::new());
    }
    draft
}

impl Draft {
    fn new(layout: Layout, header: (u32, u32)) -> Self {
        Self {
            sheet: Sheet::new("", "", layout),
            tab: 0,
            header,
            fields: Vec::new(),
            running: None,
        }
    }

    fn add(&mut self, ids: &mut Ids, column: u32, label: String, cells: &[&Raw], is_nameless: bool) {
        let (plain, unit) = split_unit(&label, cells);
        let guess = column::guess(&label, unit.as_deref(), cells);
        let unit = unit.filter(|_| guess.ty.is_numeric() && guess.ty != Type::Year);
        let shown = if unit.is_some() { plain } else { label.clone() };
        let mut field = Field::new(&ids.of(&shown, "cot"), &shown, guess.ty);
        field.unit = unit.filter(|unit| !(unit == "%" && guess.ty == Type::Percent));
        if field.unit.is_none() && guess.ty == Type::Percent {
            // The sign belongs to the header there: «So sánh (%)».
            field.label.clone_from(&label);
        }
        self.sheet.fields.push(field);
        self.fields.push(Source {
            column,
            label,
            guess,
            is_nameless,
            mended: Vec::new(),
        });
        let last = self.sheet.fields.len() - 1;
        self.apply(last);
    }

    /// Gives a field what was made out of its column.
    fn apply(&mut self, index: usize) {
        let unit_line = self.sheet.unit_line.as_deref().and_then(|line| line.split_once(':'));
        let unit_line = unit_line.map(|(_, unit)| unit.trim().to_owned());
        let (Some(field), Some(source)) = (self.sheet.fields.get_mut(index), self.fields.get(index)) else {
            return;
        };
        let guess = &source.guess;
        field.ty = guess.ty;
        field.choices.clone_from(&guess.choices);
        field.decimals = guess.decimals;
        field.max_length = guess
            .max_length
            .filter(|_| matches!(guess.ty, Type::Text | Type::LongText));
        let is_figure = matches!(guess.ty, Type::Integer | Type::Decimal);
        if !guess.ty.is_numeric() {
            field.unit = None;
        } else if is_figure && field.unit.is_none() {
            // The unit of the table is that of its figures.
            field.unit = unit_line.filter(|unit| !unit.is_empty() && unit.chars().count() <= 30);
        }
    }

    /// Takes years out of labels, so that next year's workbook is read too; the label as it stands stays an alias.
    fn name_fields(&mut self) {
        let fields = self.sheet.fields.iter();
        let plain: Vec<Option<String>> = fields.map(|field| undated(&field.label)).collect();
        let keys: Vec<String> = self
            .sheet
            .fields
            .iter()
            .zip(&plain)
            .map(|(field, plain)| fold(plain.as_ref().unwrap_or(&field.label)))
            .collect();
        for (index, (field, plain)) in self.sheet.fields.iter_mut().zip(plain).enumerate() {
            let own = keys.get(index);
            let is_alone = keys.iter().filter(|key| Some(*key) == own).count() == 1;
            if let Some(plain) = plain.filter(|plain| is_alone && fold(plain).len() >= 2) {
                field.aliases.push(std::mem::replace(&mut field.label, plain));
            }
        }
        let mut ids = Ids::default();
        ids.take("stt");
        for field in &mut self.sheet.fields {
            field.id = ids.of(&field.label, "cot");
        }
    }
}

/// A header without the unit in parentheses at its end, and the unit, where its column holds figures or nothing.
fn split_unit(label: &str, cells: &[&Raw]) -> (String, Option<String>) {
    const WORDS: [&str; 14] = [
        "neu",
        "hoac",
        "ghi",
        "theo",
        "ke ca",
        "khong",
        "ca ",
        "ky",
        "xem",
        "tru",
        "nam",
        "gia ",
        "dong thoi",
        "b/q",
    ];
    let is_unit = |unit: &str| {
        let key = fold(unit);
        !key.is_empty()
            && unit.chars().count() <= 25
            && !unit.contains(['=', ';'])
            && !WORDS.iter().any(|word| key.starts_with(word))
    };
    let texts = cells.iter().filter(|raw| matches!(raw, Raw::Text(_))).count();
    match unit_of(label) {
        Some((plain, unit)) if is_unit(unit) && texts * 2 <= cells.len() => {
            (plain.trim().to_owned(), Some(unit.trim().to_owned()))
        }
        _ => (label.to_owned(), None),
    }
}

/// Makes the guesses once more by the rows that are records, and finds what only those show.
fn refine(drafts: &mut [Draft], workbook: &Workbook, schema: &Schema, dataset: &Dataset) {
    for (index, draft) in drafts.iter_mut().enumerate() {
        let (Some(data), Some(sheet), Some(declared)) = (
            dataset.sheets.get(index),
            workbook.sheets.get(draft.tab),
            schema.sheets.get(index),
        ) else {
            continue;
        };
        if draft.sheet.layout != Layout::Table || data.is_transposed || data.records.is_empty() {
            continue;
        }
        let rows: HashSet<u32> = data.records.iter().map(|record| record.row).collect();
        for field in 0..draft.fields.len() {
            let Some(column) = data.columns.get(field).copied().flatten() else {
                continue;
            };
            let found = cells(sheet, column, |row| rows.contains(&row));
            let Some((source, own)) = draft.fields.get_mut(field).zip(draft.sheet.fields.get(field)) else {
                continue;
            };
            if !found.is_empty() {
                source.guess = column::guess(&source.label, own.unit.as_deref(), &found);
            }
            draft.apply(field);
        }
        let filled = |field: usize| {
            let mut values = data
                .records
                .iter()
                .map(|record| record.values.get(field).is_some_and(Option::is_some));
            data.records.len() >= 3 && values.all(|is_filled| is_filled)
        };
        for field in 0..draft.fields.len() {
            let is_required = filled(field) && draft.fields.get(field).is_some_and(|source| !source.is_nameless);
            if let Some(own) = draft.sheet.fields.get_mut(field) {
                own.required = is_required;
            }
        }
        if data.skipped.iter().any(|skipped| skipped.why == Reason::Section) {
            draft.sheet.keeps_sections = true;
            let mut marker = Field::new("stt", "STT", Type::Text);
            marker.derive = Some(Derive::Marker);
            draft.sheet.fields.push(marker);
        }
        draft.sheet.key = key(draft, declared, data);
    }
}

/// The column of codes by which rows can be reached: its header says so, and its values are ids, each once.
fn key(draft: &Draft, declared: &crate::schema::Sheet, data: &dataset::SheetData) -> Option<String> {
    let fields = draft.sheet.fields.iter().zip(&draft.fields).enumerate();
    let mut keys = fields.filter(|(index, (field, _))| {
        let key = fold(&field.label);
        let values: Option<HashSet<&str>> = data
            .records
            .iter()
            .map(|record| match record.values.get(*index) {
                Some(Some(Value::Text(text))) if crate::schema::is_id(text) => Some(&**text),
                _ => None,
            })
            .collect();
        (key == "ma" || key.starts_with("ma ")) && values.is_some_and(|values| values.len() == data.records.len())
    });
    let (index, _) = keys.next()?;
    declared.fields.get(index).map(|field| field.id.clone())
}

#[cfg(test)]
mod tests;
