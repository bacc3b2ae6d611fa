//! A pack drafted from a workbook that an office keeps.
//!
//! In: the workbook. Out: a plan whose sheets are the tables, forms and lists found on its tabs, the columns typed by their
//! cells, and what was guessed, in words. What was guessed is tried on that very workbook as any check would read it, and
//! mended until it is read without errors, or told. Left out: formulas, colours, the order of columns in print.

mod column;
mod mend;
mod person;
mod region;
mod report;

use std::collections::HashSet;

use self::column::Guess;
use self::person::Personal;
use self::region::Region;
use super::letter::{self, Kind};
use super::name::{self, Ids};
use super::plan::{Field, Plan, Sheet};
use super::text::{escaped, line, print_sheet};
use crate::dataset::{self, Dataset, Mapping, Reason, is_findings_sheet, is_running_number, undated, unit_of};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Text, column_letters};
use crate::schema::{Derive, Layout, Schema};
use crate::text;
use crate::value::{Raw, Type, Value};
use crate::vietnamese::{self, fold};
use crate::workbook::{self, Workbook};

/// The form that asks for what surrounds the content.
const FORM: &str = "thong_tin";
/// Most sample records of a sheet.
const SAMPLES: usize = 5;
/// Longest example, in characters.
const LONGEST_EXAMPLE: usize = 120;
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
    exemplify(&mut drafts, &schema, &dataset, options.without_values);
    report::tell(&drafts, workbook, &dataset, &findings, &mut notes);
    let plan = plan(drafts, options, &notes);
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

/// The raw cells of a column in some rows.
fn cells(sheet: &workbook::Sheet, column: u32, rows: impl Fn(u32) -> bool) -> Vec<&Raw> {
    let rows = sheet.rows.iter().filter(|row| rows(row.index));
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
        .count();
    let is_free = |column: &u32| Some(*column) != draft.running && !labels.iter().any(|(own, ..)| own == column);
    let found = (0..*last).filter(is_free).filter(|column| {
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

/// Gives the fields examples, and the sheets sample records: the first of the workbook, persons invented.
fn exemplify(drafts: &mut [Draft], schema: &Schema, dataset: &Dataset, without_values: bool) {
    for (index, draft) in drafts.iter_mut().enumerate() {
        let (Some(data), Some(declared)) = (dataset.sheets.get(index), schema.sheets.get(index)) else {
            continue;
        };
        let personal: Vec<Option<Personal>> = draft.fields.iter().map(|source| source.guess.personal).collect();
        let text_of = |record: usize, field: usize| -> Option<String> {
            let own = declared.fields.get(field)?;
            if own.derive.is_some() {
                return None;
            }
            let value = data.records.get(record)?.values.get(field)?.as_ref()?;
            let text = match personal.get(field).copied().flatten() {
                Some(personal) => personal.invented(record, own.ty).to_owned(),
                _ => typed(own.ty, value)?,
            };
            own.read(&Raw::Text(text.as_str().into()))
                .fault
                .is_none_or(|fault| fault.severity != crate::diagnostic::Severity::Error)
                .then_some(text)
        };
        let general = |field: usize| -> Option<String> {
            let own = declared.fields.get(field)?;
            match (personal.get(field).copied().flatten(), own.ty) {
                _ if own.derive.is_some() => None,
                (_, Type::Choice) => own.choices.first().map(|choice| choice.value.clone()),
                (Some(personal), Type::Text) => Some(personal.invented(0, Type::Text).to_owned()),
                (_, Type::Text | Type::LongText) => Some(format!("{} 1", own.label.replace('\n', " "))),
                (_, ty) => Some(ty.info().example.to_owned()),
            }
        };
        let general = |field: usize| {
            let own = declared.fields.get(field)?;
            general(field).filter(|text| {
                let reading = own.read(&Raw::Text(text.as_str().into()));
                reading.value.is_some() && own.max_length.is_none_or(|most| text.chars().count() <= most)
            })
        };
        let required = |record: usize| {
            let mut fields = declared.fields.iter().enumerate().filter(|(_, own)| own.required);
            fields.all(|(field, _)| text_of(record, field).is_some())
        };
        // Headings that are records have nothing in the other columns.
        let records = (0..data.records.len()).filter(|record| !without_values && required(*record));
        let count = draft.sheet.fields.len();
        draft.sheet.samples = records
            .take(SAMPLES)
            .map(|record| (0..count).map(|field| text_of(record, field)).collect())
            .filter(|record: &Vec<Option<String>>| record.iter().any(Option::is_some))
            .collect();
        for (field, own) in draft.sheet.fields.iter_mut().enumerate() {
            let found = draft
                .sheet
                .samples
                .iter()
                .find_map(|record| record.get(field).cloned().flatten());
            own.example = found.or_else(|| general(field));
        }
        if draft.sheet.samples.is_empty() {
            draft.sheet.samples = vec![draft.sheet.fields.iter().map(|field| field.example.clone()).collect()];
        }
    }
}

/// A value as a clerk would type it.
fn typed(ty: Type, value: &Value) -> Option<String> {
    Some(match value {
        Value::Number(number) => {
            let number = match number.scale() {
                0..=2 => *number,
                // Three decimals have two readings.
                _ => number.round_dp(2),
            };
            let sign = if ty == Type::Percent { "%" } else { "" };
            vietnamese::plain(number) + sign
        }
        Value::Date(date) => vietnamese::date_short(*date),
        Value::Flag(flag) => (if *flag { "có" } else { "không" }).to_owned(),
        Value::Text(text) => {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            match (ty, text.chars().count() > LONGEST_EXAMPLE) {
                (Type::Choice, _) | (_, false) => text,
                _ => {
                    text.chars()
                        .take(LONGEST_EXAMPLE - 1)
                        .collect::<String>()
                        .trim_end()
                        .to_owned()
                        + "…"
                }
            }
        }
    })
}

/// The plan of a pack: the form of the letterhead first, then the sheets of the workbook.
fn plan(drafts: Vec<Draft>, options: &Options, notes: &[Text]) -> Plan {
    let is_taken = |name: &str| {
        drafts.iter().any(|draft| {
            let mut names = std::iter::once(&draft.sheet.name).chain(&draft.sheet.aliases);
            names.any(|own| fold(own) == fold(name))
        })
    };
    let form_name = ["Thông tin chung", "Thông tin văn bản", "Thể thức văn bản"]
        .into_iter()
        .find(|name| !is_taken(name))
        .unwrap_or("Thể thức văn bản (baocao)");
    let form = letter::form(FORM, form_name, options.kind, options.agency.as_deref(), false);
    let titles = drafts.iter().map(|draft| draft.sheet.title.as_deref());
    let title = titles.flatten().next().map(str::to_owned);
    let name = options
        .name
        .clone()
        .or_else(|| title.as_deref().map(|title| without_number(title).to_owned()));
    let name = name.unwrap_or_else(|| format!("{} {}", options.kind.name(), options.id));
    let year = drafts
        .iter()
        .filter_map(|draft| draft.sheet.title.as_deref())
        .find_map(year_of);
    let dated = |text: String| match &year {
        Some(year) => text.replace(year.as_str(), &format!("{{{{{FORM}.nam}}}}")),
        None => text,
    };
    let mut outline = letter::head(FORM, options.kind, &dated(line(&name)));
    if year.is_none() {
        outline.push_str(&format!("Số liệu năm {{{{{FORM}.nam}}}}:\n\n"));
    }
    for (number, draft) in drafts.iter().enumerate() {
        let sheet = &draft.sheet;
        let numeral = u32::try_from(number + 1)
            .ok()
            .and_then(vietnamese::roman)
            .unwrap_or_default();
        let heading = sheet.title.as_deref().unwrap_or(&sheet.name);
        outline.push_str(&format!(
            "## {numeral}. {}\n\n",
            dated(escaped(without_number(heading)))
        ));
        if let Some(unit) = &sheet.unit_line {
            outline.push_str(&format!("*{}*\n\n", escaped(unit)));
        }
        outline.push_str(&print_sheet(sheet));
    }
    outline.push_str(&letter::foot(FORM, options.kind));
    let mut sheets = vec![form];
    sheets.extend(drafts.into_iter().map(|draft| draft.sheet));
    Plan {
        id: options.id.clone(),
        description: String::new(),
        document: options.kind.name().to_owned(),
        file_name: format!("{} {{{{{FORM}.nam}}}} - {{{{{FORM}.ten_don_vi}}}}", options.id),
        name,
        sheets,
        outline,
        advice: notes.iter().map(|note| note.vi.clone()).collect(),
    }
}

/// The year that a title names: `… NĂM 2006`.
fn year_of(title: &str) -> Option<String> {
    let words: Vec<&str> = title.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let [word, year] = pair else { return None };
        let year = year.trim_matches(|sign: char| !sign.is_ascii_digit());
        let is_year = year.len() == 4 && (year.starts_with("19") || year.starts_with("20"));
        (fold(word) == "nam" && is_year).then(|| year.to_owned())
    })
}

/// A title without the number that stands before it: `3. NÔNG, LÂM, NGƯ NGHIỆP`.
fn without_number(title: &str) -> &str {
    let title = title.trim();
    match title.split_once(['.', ')', '/']) {
        Some((number, rest))
            if !rest.trim().is_empty()
                && number.len() <= 4
                && number
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || b"IVX".contains(&byte)) =>
        {
            rest.trim()
        }
        _ => title,
    }
}

#[cfg(test)]
mod tests;
