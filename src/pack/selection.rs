//! The records that an output's documents are made of: of which list, which of them, in what order.
//!
//! In: the keys `for_each`, `where` and `sort` of an `[[output]]`, and the schema. Out: a [`Selection`] whose names are
//! resolved, or all that is wrong with the keys.

use super::Output;
use crate::dataset::{Dataset, Record};
use crate::diagnostic::Text;
use crate::schema::{Layout, Schema, Sheet};
use crate::template::Subject;
use crate::text;
use crate::value::Type;
use crate::value::order::{SortKey, compare};
use crate::vietnamese::nearest;

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

/// Which records documents are made of.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What a document is about.
    pub subject: Subject,
    /// The list, by its number in the schema; `None` when the document is about the whole workbook.
    pub sheet: Option<usize>,
    order: Vec<Order>,
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
        let Some(list) = &output.for_each else {
            for (key, is_given) in [("sort", !output.sort.is_empty()), ("one_file", output.one_file)] {
                if is_given {
                    faults.push(SelectionFault {
                        code: "goi/lap-sai",
                        message: text!("{key} chỉ dùng cùng với for_each", "{key} goes with for_each only"),
                        hint: Some(text!(
                            "thêm for_each = \"MÃ_TRANG\", hoặc bỏ {key}",
                            "add for_each = \"SHEET_ID\", or leave {key} out"
                        )),
                    });
                }
            }
            return match faults.is_empty() {
                true => Ok(Self {
                    subject: Subject::Workbook,
                    sheet: None,
                    order: Vec::new(),
                }),
                false => Err(faults),
            };
        };
        let Some((number, sheet)) = schema.sheet(list).filter(|(_, sheet)| sheet.layout != Layout::Form) else {
            return Err(vec![no_list(list, schema)]);
        };
        let mut order = Vec::new();
        for key in &output.sort {
            match Order::parse(key, sheet) {
                Ok(key) => order.push(key),
                Err(fault) => faults.push(fault),
            }
        }
        match faults.is_empty() {
            true => Ok(Self {
                subject: match output.one_file {
                    true => Subject::Records(number),
                    false => Subject::Record(number),
                },
                sheet: Some(number),
                order,
            }),
            false => Err(faults),
        }
    }

    /// The fields of the list that decide on the order, by sheet and field.
    pub fn fields(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let sheet = self.sheet.into_iter();
        sheet.flat_map(|sheet| self.order.iter().map(move |key| (sheet, key.field)))
    }

    /// The records of a workbook that documents are made of; none when one is made of the workbook as a whole. Why there
    /// is no document at all, when there is none.
    pub fn choose<'d>(&self, dataset: &'d Dataset) -> Result<Vec<&'d Record>, Text> {
        let records = self.records(dataset);
        if let (Some(sheet), true) = (self.sheet, records.is_empty()) {
            let name = dataset.sheets.get(sheet).map_or("", |sheet| sheet.name.as_str());
            return Err(text!("trang «{name}» không có dòng nào", "sheet «{name}» has no row"));
        }
        Ok(records)
    }

    fn records<'d>(&self, dataset: &'d Dataset) -> Vec<&'d Record> {
        let data = self.sheet.and_then(|sheet| dataset.sheets.get(sheet));
        let records = data.map_or(&[][..], |data| data.records.as_slice());
        let keys = |record: &Record| -> Vec<Option<SortKey>> {
            let value = |key: &Order| record.values.get(key.field)?.as_ref();
            let keys = self.order.iter();
            keys.map(|key| Some(value(key)?.sort_key(key.by_name))).collect()
        };
        let mut sorted: Vec<(Vec<Option<SortKey>>, &Record)> =
            records.iter().map(|record| (keys(record), record)).collect();
        sorted.sort_by(|(left, _), (right, _)| {
            let pairs = self.order.iter().zip(left.iter().zip(right));
            let mut orders = pairs.map(|(key, (left, right))| compare(left.as_ref(), right.as_ref(), key.descending));
            orders.find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        });
        sorted.into_iter().map(|(_, record)| record).collect()
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
