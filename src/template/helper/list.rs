//! Helpers that choose, order, group and sum rows.

use std::rc::Rc;

use rust_decimal::Decimal;

use super::compare::equal;
use super::{Arguments, Helper, arity, column, comparable, mismatch, rows, wrong_arguments};
use crate::dataset::Record;
use crate::schema::{Layout, Schema};
use crate::template::expression::{Call, Family, Fault, Group, Kind, PLAIN_NUMBER, Rows, Val};
use crate::template::print::{Printer, print_value};
use crate::text;
use crate::value::order::{self, SortKey};
use crate::value::{Type, Value};

fn field_of(record: &Record, field: usize) -> Option<&Value> {
    record.values.get(field).and_then(Option::as_ref)
}

fn list<'a>(rows: Vec<&'a Record>) -> Val<'a> {
    Val::Rows(Rows::Some(rows.into()))
}

/// `where LIST "field" value …`
pub const WHERE: Helper = Helper {
    name: "where",
    usage: "where DANH_SÁCH \"cột\" giá_trị …",
    vi: "các dòng có cột bằng giá trị (có thể nhiều cặp cột, giá trị)",
    en: "the rows whose column equals a value (several pairs may follow)",
    example: ("#each (where khen_thuong \"cap\" \"Tỉnh\")", ""),
    named: &[],
    check: |schema, call| {
        if call.arguments.len() < 3 || call.arguments.len() % 2 == 0 {
            return Err(wrong_arguments(call.helper));
        }
        let sheet = rows(schema, call, 0)?;
        for index in (1..call.arguments.len()).step_by(2) {
            let field = column(schema, call, index, sheet)?;
            let right = call.kinds[index + 1];
            comparable(
                schema,
                call.helper,
                Kind::Field(sheet, field),
                right,
                &mut call.arguments[index + 1],
            )?;
        }
        Ok(call.kinds[0])
    },
    call: |arguments| {
        let value = arguments.value(0);
        let Some(rows) = value.rows() else {
            return Val::Missing;
        };
        let wanted: Vec<(usize, Val<'_>)> = arguments
            .call
            .columns
            .iter()
            .enumerate()
            .map(|(pair, &field)| (field, arguments.value(2 + 2 * pair)))
            .collect();
        list(
            rows.iter()
                .filter(|row| {
                    wanted
                        .iter()
                        .all(|(field, value)| equal(&Val::of(field_of(row, *field)), value))
                })
                .collect(),
        )
    },
};

/// `sort LIST "field" desc=true`
pub const SORT: Helper = Helper {
    name: "sort",
    usage: "sort DANH_SÁCH \"cột\" by=\"name\" desc=true",
    vi: "các dòng xếp theo cột; chữ theo thứ tự tiếng Việt, by=\"name\" là theo tên rồi đến họ",
    en: "the rows in the order of a column; texts in Vietnamese order, by=\"name\" by given name first",
    example: ("#each (sort danh_sach \"ho_ten\" by=\"name\")", ""),
    named: &["by", "desc"],
    check: |schema, call| {
        arity(call, 2, 2)?;
        let sheet = rows(schema, call, 0)?;
        column(schema, call, 1, sheet)?;
        Ok(call.kinds[0])
    },
    call: |arguments| {
        let value = arguments.value(0);
        let (Some(rows), Some(&field)) = (value.rows(), arguments.call.columns.first()) else {
            return Val::Missing;
        };
        let descending = arguments.named("desc").truth(None);
        let by_name = arguments.named("by").text() == Some("name");
        let key = |row: &'_ Record| field_of(row, field).map(|value| value.sort_key(by_name));
        let mut sorted: Vec<(Option<SortKey>, &Record)> = rows.iter().map(|row| (key(row), row)).collect();
        sorted.sort_by(|(left, _), (right, _)| order::compare(left.as_ref(), right.as_ref(), descending));
        list(sorted.into_iter().map(|(_, row)| row).collect())
    },
};

/// `group LIST "field"`
pub const GROUP: Helper = Helper {
    name: "group",
    usage: "group DANH_SÁCH \"cột\" all=true",
    vi: "các nhóm dòng có cùng giá trị ở cột; mỗi nhóm có key và items; all=true: đủ mọi lựa chọn của cột, theo thứ tự",
    en: "groups of rows with the same value of a column, each with key and items; all=true: one for each choice, in order",
    example: ("#each (group khen_thuong \"cap\")", ""),
    named: &["all"],
    check: |schema, call| {
        arity(call, 2, 2)?;
        let Some(Kind::Rows(_)) = call.kinds.first() else {
            return Err(wrong_arguments(call.helper));
        };
        let sheet = rows(schema, call, 0)?;
        let field = column(schema, call, 1, sheet)?;
        let declared = schema.sheets.get(sheet).and_then(|sheet| sheet.fields.get(field));
        let choices = declared.map_or(&[][..], |field| &field.choices);
        if choices.is_empty() && call.named.iter().any(|(name, _)| name == "all") {
            let wanted = text!("một cột choice khi có all=", "a choice column with all=");
            return Err(mismatch(
                call.helper,
                1,
                &wanted,
                &Kind::Field(sheet, field).describe(schema),
            ));
        }
        call.choices = choices
            .iter()
            .map(|choice| Value::Text(choice.value.as_str().into()))
            .collect();
        Ok(Kind::Groups(sheet, field))
    },
    call: |arguments| {
        let value = arguments.value(0);
        let (Some(rows), Some(&field)) = (value.rows(), arguments.call.columns.first()) else {
            return Val::Missing;
        };
        let mut groups: Vec<(Option<Value>, Vec<&Record>)> = Vec::new();
        let mut by_text: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
        if arguments.named("all").truth(None) {
            for choice in &arguments.call.choices {
                by_text.insert(format!("{:?}", Some(choice)), groups.len());
                groups.push((Some(choice.clone()), Vec::new()));
            }
        }
        for row in rows.iter() {
            let key = field_of(row, field);
            let index = *by_text.entry(format!("{key:?}")).or_insert_with(|| {
                groups.push((key.cloned(), Vec::new()));
                groups.len() - 1
            });
            groups[index].1.push(row);
        }
        let groups: Vec<Group<'_>> = groups
            .into_iter()
            .map(|(key, rows)| Group { key, rows: rows.into() })
            .collect();
        Val::Groups(Rc::from(groups))
    },
};

fn one_row(schema: &Schema, call: &mut Call) -> Result<Kind, Fault> {
    arity(call, 1, 1)?;
    rows(schema, call, 0)?;
    call.kinds[0].item().ok_or_else(|| wrong_arguments(call.helper))
}

fn row<'a>(arguments: &Arguments<'_, 'a>, choose: fn(&Rows<'a>) -> Option<&'a Record>) -> Val<'a> {
    let value = arguments.value(0);
    match value.rows().and_then(choose) {
        Some(record) if matches!(arguments.call.kinds.first(), Some(Kind::Texts(_))) => Val::of(field_of(record, 0)),
        Some(record) => Val::Record(record),
        None => Val::Missing,
    }
}

/// `first LIST`
pub const FIRST: Helper = Helper {
    name: "first",
    usage: "first DANH_SÁCH",
    vi: "dòng đầu tiên",
    en: "the first row",
    example: ("#with (first khen_thuong)", ""),
    named: &[],
    check: one_row,
    call: |arguments| row(arguments, |rows| rows.get(0)),
};

/// `last LIST`
pub const LAST: Helper = Helper {
    name: "last",
    usage: "last DANH_SÁCH",
    vi: "dòng cuối cùng",
    en: "the last row",
    example: ("#with (last khen_thuong)", ""),
    named: &[],
    check: one_row,
    call: |arguments| row(arguments, |rows| rows.get(rows.len().checked_sub(1)?)),
};

fn counted(_: &Schema, call: &mut Call) -> Result<Kind, Fault> {
    arity(call, 1, 1)?;
    match call.kinds.first() {
        Some(Kind::Rows(_) | Kind::Texts(_) | Kind::Groups(..) | Kind::LegalBases) => {
            Ok(Kind::Number(Type::Count, None))
        }
        _ => Err(wrong_arguments(call.helper)),
    }
}

fn count<'a>(arguments: &Arguments<'_, 'a>) -> Val<'a> {
    match arguments.value(0) {
        Val::Rows(rows) => Val::Number(rows.len().into()),
        Val::Groups(groups) => Val::Number(groups.len().into()),
        Val::LegalBases(bases) => Val::Number(bases.len().into()),
        _ => Val::Missing,
    }
}

/// `count LIST`
pub const COUNT: Helper = Helper {
    name: "count",
    usage: "count DANH_SÁCH",
    vi: "số dòng, in như số đếm (03)",
    en: "how many rows, printed as a count (03)",
    example: ("count (where khen_thuong \"cap\" \"Tỉnh\")", "04"),
    named: &[],
    check: counted,
    call: count,
};

/// `len LIST`, Handlebars' own name for [`COUNT`].
pub const LEN: Helper = Helper {
    name: "len",
    usage: "len DANH_SÁCH",
    vi: "như count",
    en: "the same as count",
    example: ("len khen_thuong", "12"),
    named: &[],
    check: counted,
    call: count,
};

fn number_column(schema: &Schema, call: &mut Call) -> Result<Kind, Fault> {
    arity(call, 2, 2)?;
    let sheet = rows(schema, call, 0)?;
    let index = column(schema, call, 1, sheet)?;
    let kind = Kind::Field(sheet, index);
    let Some(field) = schema.sheets.get(sheet).and_then(|sheet| sheet.fields.get(index)) else {
        return Err(wrong_arguments(call.helper));
    };
    if kind.family(schema) != Family::Number {
        let wanted = text!("một cột số", "a column of numbers");
        return Err(mismatch(call.helper, 1, &wanted, &kind.describe(schema)));
    }
    Ok(Kind::Number(field.ty, field.decimals))
}

fn numbers<'a>(arguments: &Arguments<'_, 'a>) -> Option<Vec<Decimal>> {
    let value = arguments.value(0);
    let &field = arguments.call.columns.first()?;
    Some(
        value
            .rows()?
            .iter()
            .filter_map(|row| Val::of(field_of(row, field)).number())
            .collect(),
    )
}

fn total(numbers: &[Decimal]) -> Option<Decimal> {
    numbers
        .iter()
        .try_fold(Decimal::ZERO, |sum, number| sum.checked_add(*number))
}

fn number(found: Option<Decimal>) -> Val<'static> {
    found.map_or(Val::Missing, Val::Number)
}

/// `table LIST`, which `expand` makes a table of; a call that is left over stands where it can't.
pub const TABLE: Helper = Helper {
    name: "table",
    usage: "table DANH_SÁCH columns=\"cột cột\" total=true number=true header=true",
    vi: "cả một bảng: mỗi cột khai báo của danh sách là một cột, rộng theo width trong pack.toml nếu có; thẻ đứng một mình trong đoạn",
    en: "a whole table with a column for each declared column of the list, as wide as width in pack.toml says if given; the tag stands alone in its paragraph",
    example: ("table khen_thuong columns=\"cap so_luong\" total=true", ""),
    named: &["columns", "header", "number", "total"],
    check: |_, _| {
        Err(Fault::new(
            "mau/khong-dung-rieng",
            text!(
                "thẻ “table” phải đứng một mình trong đoạn văn, không kèm chữ, hình hay ngắt trang",
                "the tag “table” must stand alone in its paragraph, without text, pictures or page breaks"
            ),
        )
        .hint(Some(text!(
            "đưa thẻ xuống một đoạn riêng, ví dụ {{{{table khen_thuong}}}}",
            "put the tag in a paragraph of its own, like {{{{table khen_thuong}}}}"
        ))))
    },
    call: |_| Val::Missing,
};

/// `sum LIST "field"`
pub const SUM: Helper = Helper {
    name: "sum",
    usage: "sum DANH_SÁCH \"cột\"",
    vi: "tổng của cột; ô trống không tính",
    en: "the sum of a column; blank cells do not count",
    example: ("sum (where khen_thuong \"cap\" \"Xã\") \"so_luong\"", "91"),
    named: &[],
    check: number_column,
    call: |arguments| number(numbers(arguments).and_then(|numbers| total(&numbers))),
};

/// `avg LIST "field"`
pub const AVG: Helper = Helper {
    name: "avg",
    usage: "avg DANH_SÁCH \"cột\"",
    vi: "trung bình cộng của cột; ô trống không tính",
    en: "the mean of a column; blank cells do not count",
    example: ("avg danh_sach \"diem\"", "8,5"),
    named: &[],
    check: |schema, call| {
        number_column(schema, call)?;
        Ok(PLAIN_NUMBER)
    },
    call: |arguments| number(numbers(arguments).and_then(|numbers| total(&numbers)?.checked_div(numbers.len().into()))),
};

/// `min LIST "field"`
pub const MIN: Helper = Helper {
    name: "min",
    usage: "min DANH_SÁCH \"cột\"",
    vi: "số nhỏ nhất của cột",
    en: "the least number of a column",
    example: ("min danh_sach \"diem\"", "5"),
    named: &[],
    check: number_column,
    call: |arguments| number(numbers(arguments).and_then(|numbers| numbers.into_iter().min())),
};

/// `max LIST "field"`
pub const MAX: Helper = Helper {
    name: "max",
    usage: "max DANH_SÁCH \"cột\"",
    vi: "số lớn nhất của cột",
    en: "the greatest number of a column",
    example: ("max danh_sach \"diem\"", "10"),
    named: &[],
    check: number_column,
    call: |arguments| number(numbers(arguments).and_then(|numbers| numbers.into_iter().max())),
};

/// `join LIST "field" separator="; "`
pub const JOIN: Helper = Helper {
    name: "join",
    usage: "join DANH_SÁCH \"cột\" separator=\"; \" last=\" và \"",
    vi: "các giá trị của cột nối bằng dấu ngăn; ô trống thì bỏ qua",
    en: "the values of a column with a separator between; blank cells are left out",
    example: (
        "join phong_trao \"ten\" separator=\"; \"",
        "Dân vận khéo; Chung sức xây dựng nông thôn mới",
    ),
    named: &["separator", "last", "before", "after"],
    check: |schema, call| {
        arity(call, 1, 2)?;
        let sheet = rows(schema, call, 0)?;
        let field = if call.arguments.len() == 2 {
            column(schema, call, 1, sheet)?
        } else if schema
            .sheets
            .get(sheet)
            .is_some_and(|sheet| sheet.layout == Layout::List)
        {
            call.columns.push(0);
            0
        } else {
            return Err(wrong_arguments(call.helper));
        };
        call.printers = vec![Printer::of(schema, Kind::Field(sheet, field))];
        Ok(Kind::Text)
    },
    call: |arguments| {
        let value = arguments.value(0);
        let (Some(rows), Some(&field)) = (value.rows(), arguments.call.columns.first()) else {
            return Val::Missing;
        };
        let text_of = |name: &str, default: &str| arguments.named(name).text().unwrap_or(default).to_owned();
        let (separator, before, after) = (text_of("separator", "; "), text_of("before", ""), text_of("after", ""));
        let last = text_of("last", &separator);
        let printer = arguments.call.printers.first().copied().unwrap_or_default();
        let mut texts: Vec<String> = Vec::new();
        for row in rows.iter() {
            let mut text = before.clone();
            if print_value(&Val::of(field_of(row, field)), printer, &mut text) {
                text.push_str(&after);
                texts.push(text);
            }
        }
        let joined = match texts.split_last() {
            None => return Val::Missing,
            Some((only, [])) => only.clone(),
            Some((end, rest)) => rest.join(&separator) + last.as_str() + end.as_str(),
        };
        Val::Text(joined.into())
    },
};

/// `lookup TABLE key`
pub const LOOKUP: Helper = Helper {
    name: "lookup",
    usage: "lookup BẢNG khoá",
    vi: "dòng của bảng có khoá cho trước",
    en: "the row of a keyed table with a key",
    example: ("#with (lookup chi_tieu \"thu_ngan_sach\")", ""),
    named: &[],
    check: |schema, call| {
        arity(call, 2, 2)?;
        let sheet = rows(schema, call, 0)?;
        let keyed = schema.sheets.get(sheet).is_some_and(|sheet| sheet.key.is_some());
        let family = call.kinds[1].family(schema);
        match family {
            Family::Text if keyed => Ok(Kind::Record(sheet)),
            Family::Number => one_row_kind(call),
            _ => Err(wrong_arguments(call.helper)),
        }
    },
    call: |arguments| {
        let value = arguments.value(0);
        let Some(rows) = value.rows() else {
            return Val::Missing;
        };
        let wanted = arguments.value(1);
        let found = if let Some(number) = wanted.number() {
            use rust_decimal::prelude::ToPrimitive;
            number.to_usize().and_then(|index| rows.get(index))
        } else {
            let (Some(Kind::Rows(sheet)), Some(key)) = (arguments.call.kinds.first(), wanted.text()) else {
                return Val::Missing;
            };
            let data = arguments.dataset.sheets.get(*sheet);
            data.and_then(|data| data.records.get(*data.by_key.get(key)?))
        };
        match (found, arguments.call.kinds.first()) {
            (Some(record), Some(Kind::Texts(_))) => Val::of(field_of(record, 0)),
            (Some(record), _) => Val::Record(record),
            (None, _) => Val::Missing,
        }
    },
};

fn one_row_kind(call: &Call) -> Result<Kind, Fault> {
    call.kinds[0].item().ok_or_else(|| wrong_arguments(call.helper))
}
