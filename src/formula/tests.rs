use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::vietnamese::{date_short, parse_date};

/// A form, a table of its rows, a keyed table.
struct Small {
    own: Option<usize>,
    kinds: Vec<Choice>,
}

const SHEETS: [&str; 4] = ["thong_tin", "danh_sach", "chi_tieu", "viec"];
const FORM: usize = 0;
const LIST: usize = 1;
const KEYED: usize = 2;

impl Small {
    fn new(own: Option<usize>) -> Self {
        let choice = |value: &str| Choice {
            value: value.to_owned(),
            aliases: Vec::new(),
        };
        Self {
            own,
            kinds: vec![choice("Giấy khen"), choice("Bằng khen")],
        }
    }
}

impl Scope for Small {
    fn sheets(&self) -> Vec<&str> {
        SHEETS.to_vec()
    }

    fn fields(&self, sheet: usize) -> Vec<NamedField<'_>> {
        let fields: &[(&'static str, Type)] = match sheet {
            FORM => &[
                ("ten", Type::Text),
                ("nam", Type::Year),
                ("ngay", Type::Date),
                ("gui", Type::Flag),
            ],
            LIST => &[
                ("ho_ten", Type::Text),
                ("hinh_thuc", Type::Choice),
                ("diem", Type::Decimal),
                ("so", Type::Count),
                ("ngay", Type::Date),
                ("dang_vien", Type::Flag),
            ],
            KEYED => &[
                ("ma", Type::Text),
                ("ke_hoach", Type::Decimal),
                ("thuc_hien", Type::Decimal),
                ("ty_le", Type::Percent),
            ],
            _ => &[("noi_dung", Type::Text)],
        };
        let named = fields.iter().map(|(id, ty)| NamedField {
            id,
            ty: *ty,
            choices: if *ty == Type::Choice { &self.kinds } else { &[] },
        });
        named.collect()
    }

    fn has_rows(&self, sheet: usize) -> bool {
        sheet != FORM
    }

    fn keys(&self, sheet: usize) -> Vec<&str> {
        if sheet == KEYED { vec!["thu", "chi"] } else { Vec::new() }
    }

    fn own(&self) -> Option<usize> {
        self.own
    }
}

/// Records of each sheet, values as a clerk would write them; `-` is a missing one.
struct Rows(Vec<Vec<Vec<Option<Value>>>>);

impl Values for Rows {
    fn records(&self, sheet: usize) -> usize {
        self.0.get(sheet).map_or(0, Vec::len)
    }

    fn value(&self, sheet: usize, record: usize, field: usize) -> Option<&Value> {
        self.0.get(sheet)?.get(record)?.get(field)?.as_ref()
    }

    fn keyed(&self, sheet: usize, key: &str) -> Option<usize> {
        let is_key =
            |record: &Vec<Option<Value>>| matches!(record.first(), Some(Some(Value::Text(own))) if **own == *key);
        self.0.get(sheet)?.iter().position(is_key)
    }
}

fn rows() -> Rows {
    let scope = Small::new(None);
    let sheet = |index: usize, lines: &[&str]| {
        let types: Vec<Type> = scope.fields(index).iter().map(|field| field.ty).collect();
        let record = |line: &&str| {
            let cells = line.split('|').map(str::trim).zip(&types);
            let value = |(text, ty): (&str, &Type)| match (text, ty) {
                ("-", _) => None,
                (text, Type::Date) => Some(Value::Date(parse_date(text).unwrap())),
                (text, Type::Flag) => Some(Value::Flag(text == "x")),
                (text, ty) if ty.is_numeric() => Some(Value::Number(text.parse().unwrap())),
                (text, _) => Some(Value::Text(text.into())),
            };
            cells.map(value).collect::<Vec<_>>()
        };
        lines.iter().map(record).collect::<Vec<_>>()
    };
    Rows(vec![
        sheet(FORM, &["Tân Hoà | 2026 | 15/12/2026 | x"]),
        sheet(
            LIST,
            &[
                "Lê Văn A | Giấy khen | 8.5 | 2 | 01/07/2025 | x",
                "Trần Thị B | Bằng khen | - | 3 | 30/06/2025 | -",
                "Tổ 1 | Giấy khen | 7 | - | - | x",
                "- | - | 9.25 | 5 | 02/07/2025 | -",
            ],
        ),
        sheet(
            KEYED,
            &["thu | 197.4 | 258 | 130.7", "chi | 0 | 12 | -", "khac | - | - | -"],
        ),
        sheet(3, &["Làm đường", "Trồng cây"]),
    ])
}

fn shown(value: Option<Computed>) -> String {
    match value {
        None => "-".to_owned(),
        Some(Computed::Number(number)) => number.normalize().to_string(),
        Some(Computed::Text(text)) => text.to_owned(),
        Some(Computed::Date(date)) => date_short(date),
        Some(Computed::Flag(flag)) => flag.to_string(),
    }
}

fn value(formula: &str, own: Option<usize>, record: usize) -> String {
    let scope = Small::new(own);
    let checked = match Formula::parse(formula).and_then(|formula| formula.check(&scope)) {
        Ok(checked) => checked,
        Err(fault) => panic!("{formula}: {fault:?}"),
    };
    let rows = rows();
    shown(checked.on(&rows).value(record))
}

fn fault(formula: &str, own: Option<usize>) -> String {
    let found = Formula::parse(formula).and_then(|formula| formula.check(&Small::new(own)));
    let Fault { offset, message, hint } = found.expect_err(formula);
    assert!(!message.en.is_empty() && hint.as_ref().is_none_or(|hint| !hint.en.is_empty()));
    let hint = hint.map_or_else(String::new, |hint| format!(" | {}", hint.vi));
    format!("{offset}: {}{hint}", message.vi)
}

#[test]
fn values_of_the_workbook() {
    for (formula, expected) in [
        ("1 + 2 * 3 - 4 / 8", "6.5"),
        ("(1 + 2) * -3", "-9"),
        ("10 - 3 - 2", "5"),
        ("thong_tin.nam == 2026.0", "true"),
        ("thong_tin.ten == \"tân  hòa\"", "true"),
        ("thong_tin.ten in (\"Tân Kim\", 'Tân Hoà')", "true"),
        ("thong_tin.ten not in (\"Tân Kim\", “Tân Hoà”)", "false"),
        ("thong_tin.ngay >= date(\"2026-12-15\")", "true"),
        ("thong_tin.ngay > \"15/12/2026\"", "false"),
        ("thong_tin.ngay in (\"15/12/2026\")", "true"),
        ("thong_tin.ngay - date(\"01/12/2026\")", "14"),
        (
            "year(thong_tin.ngay) == thong_tin.nam and month(thong_tin.ngay) == 12",
            "true",
        ),
        ("thong_tin.gui", "true"),
        ("not thong_tin.gui or 1 > 2", "false"),
        ("count(danh_sach)", "4"),
        ("count(viec)", "2"),
        ("count(danh_sach.diem)", "3"),
        ("count(danh_sach, hinh_thuc == \"Giấy khen\" and diem > 8)", "1"),
        ("count(danh_sach, hinh_thuc != \"Giấy khen\")", "1"),
        ("count(danh_sach, empty(hinh_thuc) or hinh_thuc != \"Giấy khen\")", "2"),
        ("count(danh_sach, not dang_vien)", "0"),
        ("sum(danh_sach.so)", "10"),
        ("sum(danh_sach.so, ngay >= date(\"2025-07-01\"))", "7"),
        ("sum(danh_sach.so, diem > 100)", "0"),
        ("avg(danh_sach.diem)", "8.25"),
        ("min(danh_sach.diem)", "7"),
        ("max(danh_sach.diem, hinh_thuc == \"Giấy khen\")", "8.5"),
        ("max(danh_sach.ngay)", "02/7/2025"),
        ("avg(danh_sach.diem, diem > 100)", "-"),
        ("min(3, 2, 5)", "2"),
        ("max(thong_tin.nam, 2030)", "2030"),
        ("min(thong_tin.ngay, date(\"2025-01-01\"))", "01/01/2025"),
        ("count(danh_sach, diem >= avg(danh_sach.diem))", "2"),
        ("chi_tieu.thu.thuc_hien / chi_tieu.thu.ke_hoach * 100 > 130", "true"),
        ("chi_tieu.chi.thuc_hien / chi_tieu.chi.ke_hoach", "-"),
        ("round(2.5)", "3"),
        ("round(-2.45, 1)", "-2.5"),
        ("abs(3 - 5)", "2"),
        ("len(thong_tin.ten)", "7"),
        ("if(count(danh_sach) > 3, \"nhiều\", \"ít\")", "nhiều"),
        ("1 / 0", "-"),
        ("empty(1 / 0)", "true"),
        ("1 / 0 > 1 or true", "true"),
        ("1 / 0 > 1 and false", "false"),
        ("1 / 0 > 1 or false", "-"),
        ("1 in (2, 1 / 0)", "-"),
        ("1 in (1, 1 / 0)", "true"),
        ("if(1 / 0 > 1, 1, 2)", "-"),
        ("79228162514264337593543950335 * 10", "-"),
        ("1.5 == 1.50", "true"),
        ("0.125 * 8", "1"),
    ] {
        assert_eq!(value(formula, None, 0), expected, "{formula}");
    }
}

#[test]
fn values_of_a_row() {
    for (formula, record, expected) in [
        ("thuc_hien / ke_hoach * 100 > ty_le - 0.1", 0, "true"),
        ("thuc_hien >= 0", 2, "-"),
        ("empty(thuc_hien) and not filled(ke_hoach)", 2, "true"),
        ("chi_tieu.thuc_hien + 1", 1, "13"),
        ("thuc_hien / sum(chi_tieu.thuc_hien) > 0.9", 0, "true"),
        // The filter's own row against the row around it.
        ("sum(chi_tieu.thuc_hien, thuc_hien < chi_tieu.thuc_hien)", 0, "12"),
        ("count(chi_tieu, thuc_hien <= chi_tieu.thuc_hien)", 1, "1"),
        ("count(danh_sach, so > chi_tieu.thuc_hien / 6)", 1, "2"),
        ("thong_tin.nam", 2, "2026"),
        ("max(ke_hoach, thuc_hien)", 0, "258"),
        ("max(ke_hoach, thuc_hien)", 2, "-"),
        ("max(chi_tieu.thuc_hien)", 2, "258"),
    ] {
        assert_eq!(value(formula, Some(KEYED), record), expected, "{formula}");
    }
    let scope = Small::new(Some(LIST));
    let condition = Formula::parse("hinh_thuc == \"giấy khen\"")
        .unwrap()
        .check_condition(&scope)
        .unwrap();
    let held: Vec<Option<bool>> = (0..4).map(|record| condition.holds(&rows(), record)).collect();
    assert_eq!(held, [Some(true), Some(false), Some(true), None]);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (formula, own, expected) in [
        ("", None, "0: cần một giá trị, công thức đã hết"),
        ("1 +", None, "3: cần một giá trị, công thức đã hết"),
        ("1 + * 2", None, "4: cần một giá trị, đây là dấu *"),
        ("(1 + 2", None, "6: cần dấu ), công thức đã hết"),
        ("1 2", None, "2: cần hết công thức, hoặc một phép tính, đây là số 2"),
        (
            "1 > 2 adn true",
            None,
            "6: cần hết công thức, hoặc một phép tính, đây là “adn” | có phải “and”?",
        ),
        ("thuc_hien = 5", None, "10: không dùng được dấu “=” ở đây | viết =="),
        ("thuc_hien <> 5", None, "10: không dùng được dấu “<>” ở đây | viết !="),
        ("a && b", None, "2: không dùng được dấu “&&” ở đây | viết and"),
        ("a ≥ b", None, "2: không dùng được dấu “≥” ở đây | viết >="),
        ("5 ; 6", None, "2: không dùng được dấu “;” ở đây"),
        (
            "ty_le > 100%",
            None,
            "11: không dùng được dấu “%” ở đây | cột phần trăm so với số phần trăm: ty_le > 100; tính phần trăm thì nhân với 100",
        ),
        (
            "0 <= 1 <= 100",
            None,
            "7: không so sánh nối tiếp được | tách ra, ví dụ: a >= 0 and a <= 100",
        ),
        (
            "1.500 > 2",
            None,
            "0: số “1.500” có hai cách hiểu: dấu chấm ngăn hàng nghìn hay ngăn phần lẻ | viết 1500, hoặc 1.5000 nếu là số lẻ",
        ),
        (
            "1.500.000 > 2",
            None,
            "0: số “1.500.000” có hai cách hiểu: dấu chấm ngăn hàng nghìn hay ngăn phần lẻ | viết 1500000",
        ),
        ("5tr > 2", None, "1: sau số 5 cần một phép tính, ở đây là “t”"),
        (
            "\"Xã",
            None,
            "0: đoạn chữ “Xã” chưa có dấu nháy đóng | thêm \" vào cuối đoạn chữ",
        ),
        ("cuont(danh_sach)", None, "0: không có hàm “cuont” | có phải “count”?"),
        (
            "date(2025)",
            None,
            "5: cần một ngày trong dấu nháy, đây là số 2025 | viết như date(\"2025-07-01\")",
        ),
        (
            "date(\"31/02/2025\")",
            None,
            "5: “31/02/2025” không phải một ngày | viết như \"2025-07-01\" hoặc \"01/7/2025\"",
        ),
        (
            "thong_tin.naem > 1",
            None,
            "0: trang “thong_tin” không có trường “naem” | có phải “nam”?",
        ),
        (
            "thongtin.nam > 1",
            None,
            "0: không có trang “thongtin” | có phải “thong_tin”?",
        ),
        (
            "nam > 1",
            None,
            "0: ở đây cần tên dạng trang.trường, không chỉ “nam” | viết thong_tin.nam",
        ),
        (
            "diem > 1",
            None,
            "0: ở đây cần tên dạng trang.trường, không chỉ “diem” | thêm sheet = \"danh_sach\" để xét từng dòng, hoặc viết sum(danh_sach.diem)",
        ),
        (
            "thuc_hein > 1",
            Some(KEYED),
            "0: trang “chi_tieu” không có trường “thuc_hein” | có phải “thuc_hien”?",
        ),
        (
            "danh_sach.diem > 1",
            None,
            "0: “danh_sach.diem” là cả một cột, ở đây cần một giá trị | viết sum(danh_sach.diem), hoặc đặt trong sum, count, avg, min, max",
        ),
        (
            "count(danh_sach, danh_sach.diem > 1)",
            None,
            "17: “danh_sach.diem” là cả một cột, ở đây cần một giá trị | trong điều kiện lọc chỉ viết diem",
        ),
        (
            "count(danh_sach, diem > thuc_hien)",
            Some(KEYED),
            "24: trang “danh_sach” không có trường “thuc_hien” | viết chi_tieu.thuc_hien",
        ),
        (
            "danh_sach > 1",
            Some(KEYED),
            "0: trang “chi_tieu” không có trường “danh_sach” | “danh_sach” là một trang: viết danh_sach.tên_trường, hoặc count(danh_sach) nếu là bảng",
        ),
        (
            "chi_tieu.tu.ke_hoach",
            None,
            "0: trang “chi_tieu” không khai báo dòng nào có khoá “tu” | có phải “thu”?",
        ),
        ("thong_tin.nam + thong_tin.ten", None, "16: “+” cần số, ở đây là chữ"),
        (
            "not thong_tin.nam",
            None,
            "4: “not” cần điều đúng hoặc sai, ở đây là số",
        ),
        (
            "thong_tin.nam == \"2026\"",
            None,
            "17: không so sánh được số với chữ | số viết không có dấu nháy",
        ),
        (
            "thong_tin.ngay > 2025",
            None,
            "17: không so sánh được ngày với số | ngày viết như date(\"2025-07-01\"); năm của một ngày là year(ngay)",
        ),
        (
            "thong_tin.ten < \"B\"",
            None,
            "14: so sánh lớn, nhỏ cần số hoặc ngày, ở đây là chữ | dùng == hoặc !=",
        ),
        (
            "count(danh_sach, hinh_thuc == \"Giấy khên\")",
            None,
            "30: “Giấy khên” không có trong danh mục của “hinh_thuc” | có phải “Giấy khen”?",
        ),
        (
            "count(danh_sach, hinh_thuc in (\"Cờ\"))",
            None,
            "31: “Cờ” không có trong danh mục của “hinh_thuc” | danh mục: Giấy khen; Bằng khen",
        ),
        ("sum(danh_sach.ho_ten)", None, "4: “sum” cần số, ở đây là chữ"),
        (
            "sum(danh_sach)",
            None,
            "4: hàm “sum” cần một cột dạng bảng.cột | viết như sum(chi_tieu.thuc_hien), sum(chi_tieu.thuc_hien, muc == 1)",
        ),
        (
            "count(thong_tin)",
            None,
            "6: hàm “count” cần một bảng, “thong_tin” là trang form chỉ có một bản ghi",
        ),
        (
            "count(1)",
            None,
            "6: hàm “count” cần trước hết tên một bảng hoặc một cột dạng bảng.cột | viết như count(danh_sach), count(danh_sach, cap == \"Xã\")",
        ),
        (
            "abs(1, 2)",
            None,
            "0: hàm “abs” không nhận số đối số như ở đây | viết như abs(a - b)",
        ),
        (
            "round(1, 20)",
            None,
            "9: hàm “round” cần số chữ số thập phân từ 0 đến 9, ghi thẳng bằng số",
        ),
        ("if(true, 1, \"a\")", None, "12: “if” cần số, ở đây là chữ"),
    ] {
        assert_eq!(fault(formula, own), expected, "{formula}");
    }
    let found = Formula::parse("1 + 1")
        .unwrap()
        .check_condition(&Small::new(None))
        .unwrap_err();
    assert_eq!(
        found.message.vi,
        "cần một điều kiện đúng hoặc sai, công thức này cho ra số"
    );
}

#[test]
fn what_is_too_large_is_refused_at_once() {
    for (formula, expected) in [
        ("1 +".repeat(1000), "2000: công thức dài 3000 ký tự, nhiều nhất là 2000"),
        ("(".repeat(1999), "40: công thức lồng nhau quá 40 lớp ngoặc"),
        ("-".repeat(1999), "40: công thức lồng nhau quá 40 lớp ngoặc"),
        ("not ".repeat(499), "160: công thức lồng nhau quá 40 lớp ngoặc"),
        (
            vec!["1"; 900].join("+"),
            "399: công thức có quá 400 tên, giá trị và phép tính",
        ),
    ] {
        let found = fault(&formula, None);
        assert!(found.starts_with(expected), "{found}");
    }
}

#[test]
fn rows_are_gone_through_again_only_for_filters_about_the_record() {
    struct Long;
    impl Values for Long {
        fn records(&self, _: usize) -> usize {
            100_000
        }
        fn value(&self, _: usize, _: usize, _: usize) -> Option<&Value> {
            None
        }
        fn keyed(&self, _: usize, _: &str) -> Option<usize> {
            None
        }
    }
    for (formula, is_exhausted) in [
        ("count(danh_sach) > 0", false),
        ("count(danh_sach, ho_ten == \"A\") > 0", false),
        ("count(danh_sach, so == chi_tieu.thuc_hien) > 0", true),
    ] {
        let checked = Formula::parse(formula)
            .unwrap()
            .check(&Small::new(Some(KEYED)))
            .unwrap();
        let computing = checked.on(&Long);
        for record in 0..200 {
            computing.value(record);
        }
        assert_eq!(computing.is_exhausted(), is_exhausted, "{formula}");
    }
}

fn span(formula: &str, own: Option<usize>) -> String {
    let checked = Formula::parse(formula).unwrap().check(&Small::new(own)).unwrap();
    let rows = rows();
    match checked.on(&rows).span(0) {
        Span::Number(low, high) => format!("{} {}", low.round_dp(3).normalize(), high.round_dp(3).normalize()),
        other => format!("{other:?}"),
    }
}

#[test]
fn rounded_figures_allow_an_interval() {
    for (formula, expected) in [
        ("ke_hoach", "197.35 197.45"),
        ("thuc_hien", "258 258"),
        ("ty_le", "130.65 130.75"),
        ("thuc_hien / ke_hoach * 100", "130.666 130.732"),
        ("ke_hoach - thuc_hien", "-60.65 -60.55"),
        ("abs(ke_hoach - 197.4)", "0 0.05"),
        ("round(ke_hoach)", "197 197"),
        ("sum(danh_sach.diem)", "24.695 24.805"),
        ("avg(danh_sach.diem)", "8.232 8.268"),
        ("max(danh_sach.diem)", "9.245 9.255"),
        ("if(ke_hoach > 100, ke_hoach, 0)", "197.35 197.45"),
        ("if(ke_hoach > 197.4, 1, 2)", "1 2"),
        ("thuc_hien / (ke_hoach - 197.4)", "Unknown"),
        ("thuc_hien / 0", "Missing"),
    ] {
        assert_eq!(span(formula, Some(KEYED)), expected, "{formula}");
    }
    let allows = |formula: &str, shown: &str| {
        let checked = Formula::parse(formula)
            .unwrap()
            .check(&Small::new(Some(KEYED)))
            .unwrap();
        let rows = rows();
        checked.on(&rows).span(0).allows(shown.parse().unwrap())
    };
    assert!(allows("thuc_hien / ke_hoach * 100", "130.7"));
    assert!(allows("thuc_hien / ke_hoach * 100", "130.69908814589666"));
    assert!(!allows("thuc_hien / ke_hoach * 100", "130.8"));
    assert!(!allows("50 / 30 * 100", "166"));
    assert!(allows("50 / 30 * 100", "166.66666666666669"));
    assert!(allows("ke_hoach / 0", "1"), "nothing is known");
}

#[test]
fn people_read_labels_and_words() {
    let text = |formula: &str| {
        let checked = Formula::parse(formula)
            .unwrap()
            .check(&Small::new(Some(KEYED)))
            .unwrap();
        checked
            .text(&|reference| {
                let label = match reference.field {
                    Some(field) => format!("«{}.{field}»", reference.sheet),
                    None => format!("«{}»", reference.sheet),
                };
                Text::new(label.clone(), label)
            })
            .vi
    };
    assert_eq!(
        text("thuc_hien >= 0.5 and not (ty_le == 1 or empty(ke_hoach))"),
        "«2.2» ≥ 0,5 và không phải («2.3» = 1 hoặc để trống(«2.1»))"
    );
    assert_eq!(
        text("sum(danh_sach.so, hinh_thuc == \"Giấy khen\" and ngay > \"2025-07-01\") * 2 == count(danh_sach)"),
        "tổng(«1.3», «1.1» = “Giấy khen” và «1.4» > “2025-07-01”) × 2 = số dòng(«1»)"
    );
    let checked = Formula::parse("sum(danh_sach.so) + thuc_hien > thuc_hien - thong_tin.nam")
        .unwrap()
        .check(&Small::new(Some(KEYED)))
        .unwrap();
    let fields: Vec<_> = checked
        .operands()
        .iter()
        .map(|operand| (operand.field, operand.is_own))
        .collect();
    assert_eq!(fields, [(None, false), (Some((2, 2)), true), (Some((0, 1)), false)]);
}

/// Any formula whatever, most of them without sense.
fn node() -> impl Strategy<Value = Node> {
    let name = prop::sample::select(vec![
        "nam",
        "ten",
        "diem",
        "thuc_hien",
        "ke_hoach",
        "ty_le",
        "thong_tin.nam",
        "thong_tin.ngay",
        "danh_sach.diem",
        "danh_sach",
        "chi_tieu.thu.thuc_hien",
        "chi_tieu.thuc_hien",
        "hinh_thuc",
        "dang_vien",
    ]);
    let leaf = prop_oneof![
        name.prop_map(|name| Part::Name(name.split('.').map(Box::from).collect())),
        (0i64..3_000_000, 0u32..5).prop_map(|(mantissa, scale)| Part::Number(Decimal::new(mantissa, scale))),
        prop::sample::select(vec!["Giấy khen", "a \"b\" \\ c", ""]).prop_map(|text| Part::Text(text.into())),
        (1900i16..2100, 1i8..13, 1i8..29)
            .prop_map(|(year, month, day)| Part::Date(jiff::civil::date(year, month, day))),
        any::<bool>().prop_map(Part::Flag),
    ];
    let node = leaf.prop_map(|part| Node { at: 0, part });
    node.prop_recursive(5, 40, 4, |inner| {
        let pair = (inner.clone(), inner.clone());
        let list = prop::collection::vec(inner.clone(), 1..4);
        let operation = prop::sample::select(vec![
            Operation::Or,
            Operation::And,
            Operation::Add,
            Operation::Subtract,
            Operation::Multiply,
            Operation::Divide,
            Operation::Compare(Comparison::Equal),
            Operation::Compare(Comparison::Different),
            Operation::Compare(Comparison::Less),
            Operation::Compare(Comparison::AtMost),
            Operation::Compare(Comparison::Greater),
            Operation::Compare(Comparison::AtLeast),
        ]);
        let function = prop::sample::select(FUNCTIONS.map(|(_, function)| function).to_vec());
        let part = prop_oneof![
            (operation, pair).prop_map(|(operation, (left, right))| Part::Operation(
                operation,
                left.into(),
                right.into()
            )),
            inner.clone().prop_map(|inner| Part::Not(inner.into())),
            inner.clone().prop_map(|inner| Part::Negative(inner.into())),
            (inner, list.clone(), any::<bool>()).prop_map(|(value, list, negated)| Part::In {
                value: value.into(),
                list,
                negated
            }),
            (function, list).prop_map(|(function, list)| Part::Call(function, list)),
        ];
        part.prop_map(|part| Node { at: 0, part })
    })
}

/// A number made of the figures of a row, as text.
fn arithmetic() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "thuc_hien",
        "ke_hoach",
        "ty_le",
        "100",
        "0.5",
        "sum(chi_tieu.thuc_hien)",
        "avg(chi_tieu.ke_hoach)",
        "max(chi_tieu.ty_le)",
        "sum(chi_tieu.thuc_hien, ke_hoach > 10)",
        "count(chi_tieu, ke_hoach < chi_tieu.ke_hoach)",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            (
                inner.clone(),
                prop::sample::select(vec!["+", "-", "*", "/"]),
                inner.clone()
            )
                .prop_map(|(left, sign, right)| format!("({left} {sign} {right})")),
            (inner.clone(), inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c, d)| format!("if({a} >= {b} and not {a} == {c}, {c}, {d})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("max({a}, {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("if({a} in ({b}, 5) or empty({a}), {a}, {b})")),
            inner.clone().prop_map(|a| format!("abs(-{a})")),
            inner.prop_map(|a| format!("round({a}, 1)")),
        ]
    })
}

fn figure() -> impl Strategy<Value = Option<Value>> {
    let number =
        (-1_000_000i64..1_000_000, 0u32..3).prop_map(|(mantissa, scale)| Value::Number(Decimal::new(mantissa, scale)));
    prop_oneof![1 => Just(None), 8 => number.prop_map(Some)]
}

proptest! {
    #[test]
    fn a_printed_formula_is_parsed_as_the_same(root in node()) {
        let formula = Formula { root };
        let text = formula.to_string();
        match Formula::parse(&text) {
            Ok(parsed) => prop_assert_eq!(parsed, formula, "{}", text),
            Err(fault) => prop_assert!(text.chars().count() > MOST_CHARACTERS, "{}: {:?}", text, fault),
        }
    }

    #[test]
    fn no_formula_makes_the_program_fail(root in node(), own in prop::option::of(0usize..4), text in "\\PC{0,60}") {
        let formula = Formula { root };
        let rows = rows();
        if let Ok(checked) = formula.check(&Small::new(own)) {
            let computing = checked.on(&rows);
            for record in 0..5 {
                computing.value(record);
                computing.span(record);
            }
            checked.text(&|_| Text::new("«a»", "«a»"));
        }
        if let Ok(formula) = Formula::parse(&text) {
            let _ = formula.check(&Small::new(own));
        }
    }

    #[test]
    fn the_interval_holds_the_exact_value(
        text in arithmetic(),
        figures in prop::collection::vec((figure(), figure(), figure()), 1..4),
    ) {
        let Ok(checked) = Formula::parse(&text).and_then(|formula| formula.check(&Small::new(Some(KEYED)))) else {
            return Ok(());
        };
        let record = |(a, b, c): (Option<Value>, Option<Value>, Option<Value>)| vec![None, a, b, c];
        let mut rows = rows();
        rows.0[KEYED] = figures.into_iter().map(record).collect();
        let computing = checked.on(&rows);
        for record in 0..rows.0[KEYED].len() {
            match (computing.value(record), computing.span(record)) {
                (_, Span::Unknown) | (None, Span::Missing) => {}
                (Some(Computed::Number(exact)), Span::Number(low, high)) => {
                    prop_assert!(low <= exact && exact <= high, "{}: {} {} {}", text, low, exact, high);
                }
                (value, span) => prop_assert!(false, "{}: {:?} {:?}", text, value, span),
            }
        }
    }
}
