//! The records that an output's documents are made of: of which list, which of them, in what order.
//!
//! In: the keys `for_each`, `where`, `sort` and `one_file` of an `[[output]]`, and the schema. Out: a [`Selection`] whose
//! names are resolved, or all that is wrong with the keys.

use std::cmp::Ordering;

use super::Output;
use crate::dataset::{Dataset, Record};
use crate::diagnostic::Text;
use crate::formula::{Checked, Computed, Formula, Reference};
use crate::schema::{Layout, Schema, Sheet};
use crate::template::Subject;
use crate::text;
use crate::value::Type;
use crate::value::order::{SortKey, compare};
use crate::vietnamese::nearest;

/// Most documents of one output.
pub const MOST_DOCUMENTS: usize = 20_000;

/// What is wrong with one of the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectionFault {
    /// Stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: Text,
    /// One thing to do.
    pub hint: Option<Text>,
}

impl SelectionFault {
    /// The key of an output that it is about.
    pub fn key(&self) -> &'static str {
        match self.code {
            "goi/loc-sai" => "where",
            "goi/sap-xep-sai" => "sort",
            _ => "for_each",
        }
    }
}

/// Which records documents are made of.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What a document is about.
    pub subject: Subject,
    /// The list, by its number in the schema; `None` when the document is about the whole workbook.
    pub sheet: Option<usize>,
    filter: Option<Filter>,
    order: Vec<Order>,
}

/// What `where` says.
#[derive(Clone, Debug)]
struct Filter {
    condition: Checked,
    /// The condition for people.
    words: Text,
}

/// Why no document is made.
#[derive(Clone, Debug)]
pub enum NotMade {
    /// The pack says so.
    ByRule(Text),
    /// The condition can't be computed.
    Fault(SelectionFault),
}

/// One key of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Order {
    field: usize,
    descending: bool,
    by_name: bool,
}

impl Selection {
    /// What the keys of an output say.
    pub fn of(output: &Output, schema: &Schema) -> Result<Self, Vec<SelectionFault>> {
        let mut faults = Vec::new();
        let mut order = Vec::new();
        let mut subject = Subject::Workbook;
        let mut list = None;
        match &output.for_each {
            Some(id) => match schema.sheet(id).filter(|(_, sheet)| sheet.layout != Layout::Form) {
                Some((number, sheet)) => {
                    subject = match output.one_file {
                        true => Subject::Records(number),
                        false => Subject::Record(number),
                    };
                    list = Some(number);
                    for key in &output.sort {
                        match Order::parse(key, sheet) {
                            Ok(key) => order.push(key),
                            Err(fault) => faults.push(fault),
                        }
                    }
                }
                None => faults.push(no_list(id, schema)),
            },
            None => faults.extend(without_list(output)),
        }
        let filter = match &output.filter {
            // What names in it mean is not known without the list.
            Some(formula) if list.is_some() || output.for_each.is_none() => {
                match Filter::parse(formula, schema, list) {
                    Ok(filter) => Some(filter),
                    Err(fault) => {
                        faults.push(fault);
                        None
                    }
                }
            }
            _ => None,
        };
        match faults.is_empty() {
            true => Ok(Self {
                subject,
                sheet: list,
                filter,
                order,
            }),
            false => Err(faults),
        }
    }

    /// What documents there are, for people; `None` for one that there always is.
    pub fn text(&self, schema: &Schema) -> Option<Text> {
        let sheet = self.sheet.and_then(|sheet| schema.sheets.get(sheet));
        let name = sheet.map_or("", |sheet| sheet.name.as_str());
        let base = match self.subject {
            Subject::Workbook => None,
            Subject::Record(_) => Some(text!(
                "mỗi dòng của «{name}» một tệp",
                "a file for each row of «{name}»"
            )),
            Subject::Records(_) => Some(text!(
                "mọi dòng của «{name}» trong một tệp",
                "all rows of «{name}» in one file"
            )),
        };
        let condition = self.filter.as_ref().map(|filter| &filter.words);
        match (base, condition) {
            (base, None) => base,
            (None, Some(Text { vi, en })) => Some(Text::new(format!("khi {vi}"), format!("if {en}"))),
            (Some(base), Some(Text { vi, en })) => Some(Text::new(
                format!("{}, khi {vi}", base.vi),
                format!("{}, if {en}", base.en),
            )),
        }
    }

    /// The fields that decide on records and their order, by sheet and field.
    pub fn fields(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let sheet = self.sheet.into_iter();
        let of_order = sheet.flat_map(|sheet| self.order.iter().map(move |key| (sheet, key.field)));
        let filter = self.filter.iter();
        let references = filter.flat_map(|filter| filter.condition.references());
        of_order.chain(references.filter_map(|reference| Some((reference.sheet, reference.field?))))
    }

    /// The records of a workbook that documents are made of; none when one is made of the workbook as a whole. Why there
    /// is no document at all, when there is none.
    pub fn choose<'d>(&self, dataset: &'d Dataset) -> Result<Vec<&'d Record>, NotMade> {
        let data = self.sheet.and_then(|sheet| dataset.sheets.get(sheet));
        let records = data.map_or(&[][..], |data| data.records.as_slice());
        let name = data.map_or("", |data| data.name.as_str());
        if self.sheet.is_some() && records.is_empty() {
            return Err(NotMade::ByRule(text!(
                "trang «{name}» không có dòng nào",
                "sheet «{name}» has no row"
            )));
        }
        let Some(filter) = &self.filter else {
            return self.not_too_many(self.sorted(records.iter()));
        };
        let computing = filter.condition.on(dataset);
        // What can't be computed for want of a value does not hold.
        let holds = |record: usize| computing.value(record) == Some(Computed::Flag(true));
        let holding: Vec<&Record> = match self.sheet {
            Some(_) => (0..records.len())
                .filter(|&record| holds(record))
                .map(|record| &records[record])
                .collect(),
            None if holds(0) => return Ok(Vec::new()),
            None => Vec::new(),
        };
        let words = &filter.words;
        if computing.is_exhausted() {
            return Err(NotMade::Fault(SelectionFault {
                code: "goi/loc-qua-nang",
                message: Text::new(
                    format!(
                        "điều kiện where phải xem quá nhiều dòng nên không tính được: {}",
                        words.vi
                    ),
                    format!(
                        "the condition of where looks at too many rows to be computed: {}",
                        words.en
                    ),
                ),
                hint: Some(text!(
                    "bỏ phép sum hay count phải tính lại cho từng dòng",
                    "leave out sums and counts that are computed anew for each row"
                )),
            }));
        }
        match (self.sheet, holding.is_empty()) {
            (Some(_), false) => self.not_too_many(self.sorted(holding.into_iter())),
            (Some(_), true) => Err(NotMade::ByRule(Text::new(
                format!("không dòng nào của trang «{name}» thoả điều kiện {}", words.vi),
                format!("no row of sheet «{name}» meets the condition {}", words.en),
            ))),
            (None, _) => Err(NotMade::ByRule(Text::new(
                format!("sổ tính không thoả điều kiện {}", words.vi),
                format!("the workbook does not meet the condition {}", words.en),
            ))),
        }
    }

    /// Refuses more documents than anybody can mean: a folder of a hundred thousand files is of no use.
    fn not_too_many<'d>(&self, records: Vec<&'d Record>) -> Result<Vec<&'d Record>, NotMade> {
        let count = records.len();
        if !matches!(self.subject, Subject::Record(_)) || count <= MOST_DOCUMENTS {
            return Ok(records);
        }
        Err(NotMade::Fault(SelectionFault {
            code: "goi/qua-nhieu-van-ban",
            message: text!(
                "mỗi dòng một tệp thì thành {count} văn bản, nhiều nhất là {MOST_DOCUMENTS}",
                "a file for each row makes {count} documents, the most is {MOST_DOCUMENTS}"
            ),
            hint: Some(text!(
                "chọn bớt dòng bằng where, hoặc dùng one_file = true",
                "choose fewer rows with where, or use one_file = true"
            )),
        }))
    }

    fn sorted<'d>(&self, records: impl Iterator<Item = &'d Record>) -> Vec<&'d Record> {
        let keys = |record: &Record| -> Vec<Option<SortKey>> {
            let value = |key: &Order| record.values.get(key.field)?.as_ref();
            let keys = self.order.iter();
            keys.map(|key| Some(value(key)?.sort_key(key.by_name))).collect()
        };
        let mut sorted: Vec<(Vec<Option<SortKey>>, &Record)> = records.map(|record| (keys(record), record)).collect();
        sorted.sort_by(|(left, _), (right, _)| {
            let pairs = self.order.iter().zip(left.iter().zip(right));
            let mut orders = pairs.map(|(key, (left, right))| compare(left.as_ref(), right.as_ref(), key.descending));
            orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
        sorted.into_iter().map(|(_, record)| record).collect()
    }
}

impl Filter {
    fn parse(formula: &str, schema: &Schema, list: Option<usize>) -> Result<Self, SelectionFault> {
        let scope = schema.scope(list);
        let condition = Formula::parse(formula)
            .and_then(|formula| formula.check_condition(&scope))
            .map_err(|fault| {
                let Text { vi, en } = fault.text();
                SelectionFault {
                    code: "goi/loc-sai",
                    message: Text::new(format!("where: {vi}"), format!("where: {en}")),
                    hint: fault.hint,
                }
            })?;
        let label = |reference: &Reference| {
            let sheet = schema.sheets.get(reference.sheet);
            let field = sheet
                .zip(reference.field)
                .and_then(|(sheet, field)| sheet.fields.get(field));
            let label = match field {
                Some(field) => format!("«{}»", field.label),
                None => format!("«{}»", sheet.map_or("", |sheet| sheet.name.as_str())),
            };
            Text::new(label.clone(), label)
        };
        let words = condition.text(&label);
        Ok(Self { condition, words })
    }
}

impl Order {
    /// Parses `don_vi`, `-so_tien`, `ho_ten by name`.
    fn parse(written: &str, sheet: &Sheet) -> Result<Self, SelectionFault> {
        let fault = |message: Text, hint: Option<Text>| SelectionFault {
            code: "goi/sap-xep-sai",
            message,
            hint,
        };
        let words: Vec<&str> = written.split_whitespace().collect();
        let (id, by_name) = match words.as_slice() {
            [id] => (*id, false),
            [id, "by", "name"] => (*id, true),
            _ => {
                return Err(fault(
                    text!(
                        "không hiểu “{written}” trong sort",
                        "can't make sense of “{written}” in sort"
                    ),
                    Some(text!(
                        "viết mã cột, ví dụ \"ho_ten\", \"-so_tien\" (giảm dần) hay \"ho_ten by name\" (theo tên rồi đến họ)",
                        "write a column's id, like \"ho_ten\", \"-so_tien\" (descending) or \"ho_ten by name\" (by given name)"
                    )),
                ));
            }
        };
        let (id, descending) = match id.strip_prefix('-') {
            Some(id) => (id, true),
            None => (id, false),
        };
        let Some((field, declared)) = sheet.field(id) else {
            let near = nearest(id, sheet.fields.iter().map(|field| field.id.as_str()));
            let name = &sheet.name;
            return Err(fault(
                text!(
                    "sort cần một cột của trang «{name}», không có cột “{id}”",
                    "sort needs a column of sheet «{name}», there is no “{id}”"
                ),
                near.map(|near| text!("có phải “{near}”?", "did you mean “{near}”?")),
            ));
        };
        if by_name && !matches!(declared.ty, Type::Text | Type::LongText | Type::Choice) {
            let label = &declared.label;
            return Err(fault(
                text!(
                    "by name cần một cột chữ, cột «{label}» không phải",
                    "by name needs a column of texts, «{label}» is none"
                ),
                Some(text!("bỏ by name", "leave by name out")),
            ));
        }
        Ok(Self {
            field,
            descending,
            by_name,
        })
    }
}

/// Keys that say nothing without `for_each`.
fn without_list(output: &Output) -> Vec<SelectionFault> {
    let keys = [("sort", !output.sort.is_empty()), ("one_file", output.one_file)];
    let given = keys.into_iter().filter(|(_, is_given)| *is_given);
    let fault = |(key, _)| SelectionFault {
        code: "goi/lap-sai",
        message: text!("{key} chỉ dùng cùng với for_each", "{key} goes with for_each only"),
        hint: Some(text!(
            "thêm for_each = \"MÃ_TRANG\", hoặc bỏ {key}",
            "add for_each = \"SHEET_ID\", or leave {key} out"
        )),
    };
    given.map(fault).collect()
}

/// That `for_each` names no list.
fn no_list(list: &str, schema: &Schema) -> SelectionFault {
    let lists = || schema.sheets.iter().filter(|sheet| sheet.layout != Layout::Form);
    let hint = match nearest(list, lists().map(|sheet| sheet.id.as_str())) {
        Some(near) => Some(text!("có phải “{near}”?", "did you mean “{near}”?")),
        None => {
            let all: Vec<&str> = lists().map(|sheet| sheet.id.as_str()).collect();
            let all = all.join(", ");
            (!all.is_empty()).then(|| text!("các danh sách có: {all}", "the lists there are: {all}"))
        }
    };
    SelectionFault {
        code: "goi/lap-sai",
        message: text!(
            "for_each cần mã của một trang table hoặc list, ở đây ghi “{list}”",
            "for_each needs the id of a table or list sheet; this is “{list}”"
        ),
        hint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::SheetData;
    use crate::value::Value;

    const SCHEMA: &str = r#"
[[sheet]]
id = "thong_tin"
name = "Thông tin chung"
layout = "form"
field = [{ id = "nam", label = "Năm", type = "year" }]
[[sheet]]
id = "danh_sach"
name = "Danh sách"
layout = "table"
field = [
  { id = "ten", label = "Họ tên", type = "text" },
  { id = "don_vi", label = "Đơn vị", type = "text" },
  { id = "so_tien", label = "Số tiền", type = "integer" },
]
"#;

    #[derive(serde::Deserialize)]
    struct Sheets {
        sheet: Vec<Sheet>,
    }

    fn schema() -> Schema {
        let sheets: Sheets = toml::from_str(SCHEMA).unwrap();
        Schema {
            sheets: sheets.sheet,
            checks: Vec::new(),
            ..Schema::default()
        }
    }

    fn output(keys: &str) -> Output {
        let common = "id = \"a\"\nlabel = \"A\"\ntemplate = \"a.docx\"\nfile_name = \"A\"\n";
        toml::from_str(&format!("{common}{keys}")).unwrap()
    }

    fn dataset(rows: &[(&str, &str, i64)]) -> Dataset {
        let text = |text: &str| (!text.is_empty()).then(|| Value::Text(text.into()));
        let number = |number: i64| (number != 0).then(|| Value::Number(number.into()));
        let records = rows.iter().enumerate().map(|(row, (ten, don_vi, so_tien))| Record {
            row: row as u32 + 1,
            values: vec![text(ten), text(don_vi), number(*so_tien)].into(),
        });
        let list = SheetData {
            name: "Danh sách".into(),
            records: records.collect(),
            ..SheetData::default()
        };
        Dataset {
            sheets: vec![SheetData::default(), list],
            ..Dataset::default()
        }
    }

    const PEOPLE: &[(&str, &str, i64)] = &[
        ("Trần Văn Bình", "Thôn 2", 300),
        ("Nguyễn Thị Ánh", "Thôn 1", 500),
        ("Lê An", "Thôn 2", 500),
        ("Đỗ Bình", "", 0),
    ];

    /// The names of the chosen, or why there are none.
    fn chosen(keys: &str, people: &[(&str, &str, i64)]) -> String {
        let selection = Selection::of(&output(keys), &schema()).unwrap();
        let name = |record: &&Record| match &record.values[0] {
            Some(Value::Text(text)) => text.to_string(),
            _ => String::new(),
        };
        match selection.choose(&dataset(people)) {
            Ok(records) => records.iter().map(name).collect::<Vec<_>>().join(", "),
            Err(NotMade::ByRule(reason)) => reason.vi,
            Err(NotMade::Fault(fault)) => fault.code.to_owned(),
        }
    }

    #[test]
    fn records_are_filtered_and_sorted_by_several_keys() {
        for (keys, expected) in [
            ("", "Trần Văn Bình, Nguyễn Thị Ánh, Lê An, Đỗ Bình"),
            ("sort = [\"ten\"]", "Đỗ Bình, Lê An, Nguyễn Thị Ánh, Trần Văn Bình"),
            (
                "sort = [\"ten by name\"]",
                "Lê An, Nguyễn Thị Ánh, Đỗ Bình, Trần Văn Bình",
            ),
            (
                "sort = [\"-so_tien\", \"ten by name\"]",
                "Lê An, Nguyễn Thị Ánh, Trần Văn Bình, Đỗ Bình",
            ),
            (
                "sort = [\"don_vi\", \"-ten by name\"]",
                "Nguyễn Thị Ánh, Trần Văn Bình, Lê An, Đỗ Bình",
            ),
            ("where = \"so_tien >= 500\"", "Nguyễn Thị Ánh, Lê An"),
            (
                "where = 'don_vi == \"thôn 2\"'\nsort = [\"ten by name\"]",
                "Lê An, Trần Văn Bình",
            ),
            (
                "where = \"so_tien > 900\"",
                "không dòng nào của trang «Danh sách» thoả điều kiện «Số tiền» > 900",
            ),
        ] {
            let keys = format!("for_each = \"danh_sach\"\n{keys}");
            assert_eq!(chosen(&keys, PEOPLE), expected, "{keys}");
        }
        assert_eq!(
            chosen("for_each = \"danh_sach\"", &[]),
            "trang «Danh sách» không có dòng nào"
        );
    }

    #[test]
    fn a_document_of_the_workbook_may_have_a_condition() {
        let when = "where = \"count(danh_sach) > 2\"";
        assert_eq!(chosen(when, PEOPLE), "");
        let reason = chosen(when, &PEOPLE[..1]);
        assert!(
            reason.starts_with("sổ tính không thoả điều kiện ") && reason.contains("«Danh sách»"),
            "{reason}"
        );
    }

    #[test]
    fn a_condition_that_takes_too_long_is_a_fault() {
        let many: Vec<(&str, &str, i64)> = (0..6_000).map(|_| ("An", "Thôn 1", 1)).collect();
        let keys = "for_each = \"danh_sach\"\nwhere = \"count(danh_sach, danh_sach.so_tien < so_tien) > 0\"";
        assert_eq!(chosen(keys, &many), "goi/loc-qua-nang");
    }

    #[test]
    fn more_documents_than_a_folder_is_good_for_are_refused() {
        let many: Vec<(&str, &str, i64)> = (0..=MOST_DOCUMENTS).map(|_| ("An", "Thôn 1", 1)).collect();
        assert_eq!(chosen("for_each = \"danh_sach\"", &many), "goi/qua-nhieu-van-ban");
        assert_eq!(
            chosen("for_each = \"danh_sach\"\none_file = true", &many).len(),
            4 * many.len() - 2
        );
    }

    #[test]
    fn wrong_keys_are_told_together_with_what_was_meant() {
        let complaints = |keys: &str| match Selection::of(&output(keys), &schema()) {
            Ok(_) => String::new(),
            Err(faults) => faults
                .into_iter()
                .map(|fault| {
                    format!(
                        "{}: {} ({})\n",
                        fault.code,
                        fault.message.vi,
                        fault.hint.map_or(String::new(), |hint| hint.vi)
                    )
                })
                .collect(),
        };
        let list = "for_each = \"danh_sach\"\n";
        for (keys, expected) in [
            (
                "for_each = \"danh_sac\"".to_owned(),
                "goi/lap-sai: for_each cần mã của một trang table hoặc list, ở đây ghi “danh_sac” (có phải “danh_sach”?)",
            ),
            ("for_each = \"thong_tin\"".to_owned(), "goi/lap-sai"),
            (
                "sort = [\"ten\"]\none_file = true".to_owned(),
                "one_file chỉ dùng cùng với for_each",
            ),
            (
                format!("{list}sort = [\"tenn\"]"),
                "không có cột “tenn” (có phải “ten”?)",
            ),
            (
                format!("{list}sort = [\"so_tien by name\"]"),
                "cột «Số tiền» không phải",
            ),
            (
                format!("{list}sort = [\"ten desc\"]"),
                "goi/sap-xep-sai: không hiểu “ten desc”",
            ),
            (format!("{list}where = \"so_tienn > 5\""), "goi/loc-sai: where: "),
            (format!("{list}where = \"so_tien\""), "goi/loc-sai"),
        ] {
            let found = complaints(&keys);
            assert!(found.contains(expected), "{keys}: {found}");
        }
        let both = complaints(&format!("{list}sort = [\"tenn\", \"don_v\"]\nwhere = \"(\""));
        assert_eq!(both.lines().count(), 3, "{both}");
    }
}
