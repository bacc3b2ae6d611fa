//! Scripts as small sources: what they find and print, and how each hostile one ends.

use jiff::civil::date;
use rust_decimal::Decimal;

use super::*;
use crate::diagnostic::Lang;
use crate::markdown_workbook::workbook;
use crate::workbook::Limits;
use crate::{dataset, workbook as books};

const SCHEMA: &str = r#"
[[sheet]]
id = "thong_tin"
name = "Thông tin chung"
layout = "form"
field = [
  { id = "ten_xa", label = "Tên xã", type = "text" },
  { id = "ngay", label = "Ngày", type = "date" },
  { id = "nam", label = "Năm", type = "year" },
  { id = "huyen", label = "Huyện", type = "text" },
]
[[sheet]]
id = "chi_tieu"
name = "Chỉ tiêu"
layout = "table"
key = "ma"
field = [
  { id = "ma", label = "Mã", type = "text", required = true },
  { id = "ten", label = "Tên", type = "text" },
  { id = "ke_hoach", label = "Kế hoạch", type = "decimal" },
  { id = "thuc_hien", label = "Thực hiện", type = "decimal" },
  { id = "dat", label = "Đạt", type = "flag" },
]
row = [{ ma = "thu" }, { ma = "rung" }]
[[sheet]]
id = "noi_nhan"
name = "Nơi nhận"
layout = "list"
field = [{ id = "ten", label = "Nơi nhận", type = "text" }]
"#;

const BOOK: &str = "## Thông tin chung
| Tên xã | Tân Hoà |
| Ngày | 2026-02-05 |
| Năm | 2026 |
| Huyện | |

## Chỉ tiêu
| Mã | Tên | Kế hoạch | Thực hiện | Đạt |
| thu | Thu ngân sách | 100 | 130.5 | có |
| rung | Trồng rừng | 30 | 10 | không |
| khac | Việc khác | | 7 | |

## Nơi nhận
| Nơi nhận |
| UBND tỉnh |
| Lưu: VT |
";

#[derive(serde::Deserialize)]
struct Sheets {
    sheet: Vec<crate::schema::Sheet>,
}

fn schema() -> Schema {
    let sheets: Sheets = toml::from_str(SCHEMA).expect("a schema");
    Schema {
        sheets: sheets.sheet,
        ..Schema::default()
    }
}

fn data() -> Arc<Dataset> {
    let book = books::read(&workbook(BOOK), &Limits::default()).expect("a workbook");
    Arc::new(dataset::build(&schema(), book, &dataset::Mapping::default()).0)
}

fn script(text: &str) -> Script {
    Script::parse(text.as_bytes()).unwrap_or_else(|faults| panic!("{}\n{text}", faults.print(Lang::Vi)))
}

/// What `check` finds, or what is wrong with the script, as users read it.
fn told(text: &str) -> String {
    match Script::parse(text.as_bytes()) {
        Ok(script) => script.check(&schema(), &data()).print(Lang::Vi),
        Err(faults) => faults.print(Lang::Vi),
    }
}

/// The value of the first helper.
fn value(text: &str, values: &[Option<Value>]) -> Result<Option<Value>, Failure> {
    let script = script(text);
    (script.helpers()[0].call)(values)
}

/// What an expression comes to, as scripts print it.
fn text_of(expression: &str) -> String {
    match value(&format!("fn f() {{ text({expression}) }}"), &[]) {
        Ok(Some(Value::Text(text))) => text.into(),
        Ok(other) => format!("{other:?}"),
        Err(failure) => format!("{}: {}", failure.code, failure.message.vi),
    }
}

#[test]
fn findings_stand_at_their_cells() {
    let found = told(
        r#"
fn check(data) {
    let found = [];
    for row in data.chi_tieu {
        if row.thuc_hien < row.ke_hoach {
            found.push(error(row.cell("thuc_hien"), `«${row.ten}» mới đạt ${row.thuc_hien} trên ${row.ke_hoach}`)
                .english("below plan").hint("xem lại số thực hiện"));
        }
    }
    if data.thong_tin.huyen == () {
        found.push(warning(at(data.thong_tin, "huyen"), "chưa ghi huyện"));
    }
    found.push(warning(data.chi_tieu, "xem cả trang"));
    found.push(warning(data.chi_tieu.thu, "xem cả dòng"));
    found.push(warning(data, "xem cả sổ"));
    found
}"#,
    );
    assert_eq!(
        found,
        "lỗi[kich-ban/loi]: «Trồng rừng» mới đạt 10 trên 30\n  --> Chỉ tiêu › D3\n  gợi ý: xem lại số thực hiện\n\n\
         cảnh báo[kich-ban/canh-bao]: chưa ghi huyện\n  --> Thông tin chung › B4\n\n\
         cảnh báo[kich-ban/canh-bao]: xem cả trang\n  --> Chỉ tiêu\n\n\
         cảnh báo[kich-ban/canh-bao]: xem cả dòng\n  --> Chỉ tiêu › A2\n\n\
         cảnh báo[kich-ban/canh-bao]: xem cả sổ\n\n"
    );
}

#[test]
fn the_same_words_down_a_column_are_one_finding_and_english_has_its_own() {
    let script = script(
        "fn check(data) { let found = []; for row in data.chi_tieu { \
         found.push(error(row.cell(\"ma\"), \"sai\").english(\"wrong\").hint(\"sửa\", \"mend it\")); } found }",
    );
    let found = script.check(&schema(), &data());
    assert_eq!(found.len(), 1);
    let printed = found.print(Lang::En);
    assert!(
        printed.contains("wrong") && printed.contains("A2, A3, A4") && printed.contains("mend it"),
        "{printed}"
    );
}

#[test]
fn figures_are_exact_and_whole_numbers_divide() {
    for (expression, printed) in [
        ("0.1 + 0.2 == 0.3", "có"),
        ("0.1 + 0.2", "0,3"),
        ("3 / 2", "1,5"),
        ("6 / 3", "2"),
        ("div(7, 2)", "3"),
        ("7 % 2", "1"),
        ("5 == 5.0", "có"),
        ("round(2.5)", "3"),
        ("round(130.4567, 2)", "130,46"),
        ("number(1234567.5)", "1.234.567,5"),
        ("1 / 0", "kich-ban/loi-chay: hàm f: phép chia cho 0"),
        (
            "9223372036854775807 + 1",
            "kich-ban/loi-chay: hàm f: phép tính ra số quá lớn",
        ),
        (
            "() + 5",
            "kich-ban/loi-chay: hàm f: phép “+” không dùng được với ô trống",
        ),
        ("1 > \"a\"", "không"),
        ("words(21)", "hai mươi mốt"),
        ("min(3, 2.5)", "2,5"),
        ("max(3, 2.5)", "3"),
    ] {
        let found = text_of(expression);
        assert!(found.starts_with(printed), "{expression}: {found}");
    }
}

#[test]
fn texts_dates_arrays_and_maps_have_their_functions() {
    for (expression, printed) in [
        ("upper(\"tân hoà\")", "TÂN HOÀ"),
        ("\"Hoà\".same(\"hòa\")", "có"),
        ("\"a; b\".split(\"; \").join(\" + \")", "a + b"),
        ("\"aXbX\".replace(\"X\", \"--\")", "a--b--"),
        ("\"Tân Hoà\".sub_string(4, 3)", "Hoà"),
        ("\"Tân\".len()", "3"),
        ("[3, 1.5, 2].sort().join(\" \")", "1,5 2 3"),
        ("[\"đa\", \"da\", \"ă\", \"a\"].sort().join(\" \")", "a ă da đa"),
        ("[1, 2, ()].sum()", "3"),
        ("2 in [1, 2.0]", "có"),
        ("\"x\" in #{x: 1}", "có"),
        ("#{b: 1, a: 2}.keys().join(\" \")", "a b"),
        ("date(2025, 7, 1) - date(\"01/6/2025\")", "30"),
        ("date(2025, 7, 1)", "01/7/2025"),
        (
            "date(2025, 2, 30)",
            "kich-ban/loi-chay: hàm f: “30/2/2025” không phải một ngày",
        ),
        ("date(2025, 7, 1).year", "2025"),
        ("[1, \"a\"].sort()", "kich-ban/loi-chay: hàm f: sort chỉ xếp"),
        ("`${1.5} và ${true}`", "1,5 và có"),
    ] {
        let found = text_of(expression);
        assert!(found.starts_with(printed), "{expression}: {found}");
    }
}

#[test]
fn a_record_has_typed_values() {
    let found = told(
        r#"
fn check(data) {
    let info = data.thong_tin;
    let row = data.chi_tieu.thu;
    let all = [
        type_of(row.ke_hoach), type_of(row.thuc_hien), type_of(row.dat), type_of(row.ten), type_of(info.ngay),
        type_of(info.huyen), text(info.ngay.month), text(row.row_number()), text(data.chi_tieu.len()),
        text(data.chi_tieu.sum("thuc_hien")), text(data.chi_tieu.filter("ten", "trồng rừng")[0].ke_hoach),
        data.noi_nhan[-1], data.chi_tieu.column("ma").join("+"), text("khac" in data.chi_tieu),
    ];
    for line in data.noi_nhan { all.push(line); }
    [warning(data, all.join("|"))]
}"#,
    );
    let expected = "i64|decimal|bool|string|date|()|2|2|3|147,5|30|Lưu: VT|thu+rung+khac|có|UBND tỉnh|Lưu: VT";
    assert!(found.contains(expected), "{found}");
}

#[test]
fn a_helper_takes_and_gives_values_of_each_type() {
    let number = |text: &str| Some(Value::Number(text.parse().expect("a number")));
    let same = "fn f(x) { x }";
    for given in [
        number("130.5"),
        number("12"),
        Some(Value::Text("{{x}} <b>".into())),
        Some(Value::Flag(true)),
        Some(Value::Date(date(2026, 2, 5))),
        None,
    ] {
        assert_eq!(value(same, std::slice::from_ref(&given)), Ok(given));
    }
    assert_eq!(value("fn f(x) { x * 2 }", &[number("0.15")]), Ok(number("0.30")));
    let failure = value("fn f(x) {\n  x + 1\n}", &[None]).expect_err("nothing to add to");
    assert_eq!(failure.code, "kich-ban/loi-chay");
    assert!(
        failure.message.vi.contains("hàm f:") && failure.message.vi.contains("script.rhai, dòng 2"),
        "{failure:?}"
    );
    let failure = value("fn f(x) { [x] }", &[None]).expect_err("an array");
    assert_eq!(
        (failure.code, failure.message.en.contains("an array")),
        ("kich-ban/tra-ve-sai", true)
    );
    let failure = value("fn f(x) { throw `không tính được`; }", &[None]).expect_err("thrown");
    assert!(
        failure.message.vi.contains("kịch bản tự dừng: không tính được"),
        "{failure:?}"
    );
    assert_eq!(
        number("1")
            .and_then(|one| data::from_script(data::to_script(Some(&one)).expect("a number")).expect("a number")),
        Some(Value::Number(Decimal::ONE))
    );
}

#[test]
fn mistakes_name_line_column_and_the_nearest_name() {
    for (text, wanted) in [
        (
            "fn check(data) {\n  let a = ;\n}",
            "lỗi[kich-ban/cu-phap]|script.rhai › dòng 2, cột 11",
        ),
        ("fn check(data) {\n  \"mở\n}", "kich-ban/cu-phap|chưa đóng"),
        ("fn check(data) { [", "kich-ban/cu-phap"),
        ("fn check(data) { x }", "kich-ban/bien-la|không có biến “x”"),
        ("fn check(data) { giá }", "kich-ban/bien-la|“gi”"),
        ("fn a() { 1 }\nfn a() { 2 }", "kich-ban/cu-phap|hai lần|dòng 2"),
        (
            "let nguong = 5;\nfn check(data) { [] }",
            "kich-ban/lenh-ngoai-ham|dòng 1, cột 1",
        ),
        ("fn check() { [] }", "kich-ban/check-sai|đúng một tham số"),
        ("\n\nfn upper(x) { x }", "kich-ban/trung-ham|“upper”|dòng 3"),
        (
            "fn check(data) {\n  data.chi_tieeu\n}",
            "kich-ban/ten-la|có phải “chi_tieu”?|dòng 2",
        ),
        (
            "fn check(data) { data.thong_tin.ten_xaa }",
            "kich-ban/ten-la|có phải “ten_xa”?",
        ),
        (
            "fn check(data) { data.chi_tieu.ruwng }",
            "kich-ban/ten-la|có phải “rung”?",
        ),
        (
            "fn check(data) { data.chi_tieu[9] }",
            "kich-ban/loi-chay|không có phần tử số 9",
        ),
        (
            "fn check(data) { roundd(1) }",
            "kich-ban/loi-chay|không có hàm “roundd”|có phải “round”?",
        ),
        (
            "fn check(data) { round(\"a\") }",
            "kich-ban/loi-chay|cần một số, ở đây là chữ",
        ),
        ("fn check(data) { error(5, \"a\") }", "kich-ban/loi-chay|cần một ô"),
        ("fn check(data) { 5 }", "kich-ban/tra-ve-sai|ở đây là số nguyên"),
        ("fn check(data) { [5] }", "kich-ban/tra-ve-sai"),
        (
            "fn check(data) { \"a\" + 5 }",
            "kich-ban/loi-chay|phép “+” không dùng được với chữ và số nguyên|dấu nháy ngược",
        ),
        (
            "fn check(data) { data.chi_tieu.thu.ten.abc }",
            "kich-ban/loi-chay|không có “abc”",
        ),
        (
            "fn check(data) { let n = 5; for x in n {} }",
            "kich-ban/loi-chay|vòng for",
        ),
        (
            "fn check(data) { let n = 5; if n { } }",
            "kich-ban/loi-chay|cần đúng/sai, ở đây là số nguyên",
        ),
        (
            "fn check(data) { let m = #{a: 1}; m.b }",
            "kich-ban/loi-chay|không có mục “b”",
        ),
        ("fn sai(x) { x + () }\nfn check(data) {\n sai(1)\n}", "hàm sai|dòng 1"),
    ] {
        let found = told(text);
        for part in wanted.split('|') {
            assert!(found.contains(part), "{text}: {part} is not in\n{found}");
        }
    }
}

/// Scripts that would never end, or take all memory, or reach out; and the code of the finding that ends each.
const HOSTILE: &[(&str, &str, &str)] = &[
    ("endless loop", "loop { }", "kich-ban/qua-nhieu-buoc"),
    (
        "endless loop with work",
        "let x = 0; while true { x += 1; }",
        "kich-ban/qua-nhieu-buoc",
    ),
    (
        "long range",
        "for i in 0..9223372036854775807 { }",
        "kich-ban/qua-nhieu-buoc",
    ),
    ("endless recursion", "again(1)", "kich-ban/qua-sau"),
    ("endless recursion in deep sums", "deeper(1)", "kich-ban/qua-sau"),
    (
        "text by doubling",
        "let s = \"aaaaaaaa\"; loop { s += s; }",
        "kich-ban/qua-lon",
    ),
    (
        "text by interpolation",
        "let s = \"aaaaaaaa\"; loop { s = `${s}${s}`; }",
        "kich-ban/qua-lon",
    ),
    (
        "text by replacing",
        "let s = \"aaaaaaaa\"; loop { s = s.replace(\"a\", \"aaaaaaaaaaaaaaaa\"); }",
        "kich-ban/qua-lon",
    ),
    (
        "text by joining",
        "let a = []; for i in 0..900 { a.push(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"); } a.join(\"bbbbbbb\")",
        "kich-ban/qua-lon",
    ),
    (
        "array by pushing",
        "let a = []; loop { a.push(0); }",
        "kich-ban/qua-nhieu-buoc",
    ),
    (
        "array by doubling",
        "let a = [1, 2]; loop { a += a; }",
        "kich-ban/qua-lon",
    ),
    (
        "array of itself",
        "let a = [1]; loop { a = [a, a, a]; }",
        "kich-ban/qua-lon",
    ),
    ("array in array", "let a = []; loop { a = [a]; }", "kich-ban/qua-sau"),
    ("map in map", "let m = #{}; loop { m = #{a: m}; }", "kich-ban/qua-sau"),
    (
        "map by doubling",
        "let m = #{}; loop { m = #{a: m, b: m, c: m}; }",
        "kich-ban/qua-",
    ),
    (
        "map by keys",
        "let m = #{}; let i = 0; loop { m[text(i)] = i; i += 1; }",
        "kich-ban/qua-",
    ),
    (
        "arrays of long texts in arrays",
        "let s = \"a\"; for i in 0..15 { s += s; } let all = []; let n = 0; loop { let one = []; \
         for i in 0..20 { one.push(s + text(n)); n += 1; } all.push(one); }",
        "kich-ban/qua-lon",
    ),
    (
        "long texts in many variables",
        "let s = \"a\"; for i in 0..15 { s += s; } again_with(s, s + \"1\", s + \"2\", s + \"3\")",
        "kich-ban/qua-",
    ),
    (
        "copies of a long array",
        "let a = []; for i in 0..900 { a.push(i); } loop { let b = a; }",
        "kich-ban/qua-nhieu-buoc",
    ),
    (
        "copies as arguments",
        "let a = []; for i in 0..900 { a.push(i); } loop { four(1, a, a, a); }",
        "kich-ban/qua-nhieu-buoc",
    ),
    ("many variables", "VARIABLES", "kich-ban/qua-nhieu-bien"),
    ("deep parentheses", "DEEP", "kich-ban/qua-sau"),
    ("a long sum", "SUM", "kich-ban/qua-sau"),
    ("a long chain", "CHAIN", "kich-ban/qua-sau"),
    ("a long text in the script", "LITERAL", "kich-ban/qua-lon"),
    ("import", "import \"/etc/passwd\" as x; 1", "kich-ban/tu-choi"),
    ("eval", "eval(\"1 + 1\")", "kich-ban/tu-choi"),
    ("print", "print(1)", "kich-ban/tu-choi"),
    ("pointer to a function", "Fn(\"check\")", "kich-ban/tu-choi"),
    ("caught", "try { loop {} } catch { }", "kich-ban/tu-choi"),
    ("value of a method", "let x = 1; x.own()", "kich-ban/"),
    ("closure", "let f = |x| x; 1", "kich-ban/"),
    ("open file", "open_file(\"/etc/passwd\")", "kich-ban/loi-chay"),
    ("clock", "timestamp()", "kich-ban/loi-chay"),
    ("chance", "rand()", "kich-ban/loi-chay"),
    ("sleep", "sleep(100)", "kich-ban/loi-chay"),
    ("exit", "exit(1)", "kich-ban/loi-chay"),
    ("json", "parse_json(\"[]\")", "kich-ban/loi-chay"),
    ("power", "2 ** 1000000", "kich-ban/"),
    ("padding", "\"a\".pad(1000000000, \"b\")", "kich-ban/loi-chay"),
    ("blob", "blob(1000000000)", "kich-ban/loi-chay"),
    ("bits", "1 << 100", "kich-ban/tra-ve-sai"),
    (
        "endless findings",
        "let found = []; loop { found.push(error(data, \"a\")); }",
        "kich-ban/qua-nhieu-loi",
    ),
    (
        "letters that move a cursor",
        "[error(data, \"a\\u001b[2Jb\")]",
        "kich-ban/loi]: a [2Jb",
    ),
];

fn hostile(body: &str) -> String {
    let body = match body {
        "VARIABLES" => (0..100).map(|n| format!("let x{n} = 1; ")).collect(),
        "DEEP" => format!("{}1{}", "(".repeat(9_000), ")".repeat(9_000)),
        "SUM" => format!("1{}", "+1".repeat(9_000)),
        "CHAIN" => format!("data{}", ".a".repeat(9_000)),
        "LITERAL" => format!("\"{}\"", "a".repeat(9_000)),
        other => other.to_owned(),
    };
    let deep = format!("{}deeper(n + 1){}", "(1 + ".repeat(16), " * 2)".repeat(16));
    format!(
        "fn again(n) {{ again(n + 1) + 1 }}\nfn again_with(a, b, c, d) {{ again_with(a + \"\", b + \"\", c + \"\", d + \"\") }}\n\
         fn four(a, b, c, d) {{ 1 }}\nfn deeper(n) {{ {deep} }}\nfn own() {{ this }}\nfn check(data) {{\n{body}\n}}\n"
    )
}

#[test]
fn every_hostile_script_ends_with_its_finding() {
    for (name, body, code) in HOSTILE {
        // `this` is refused when the script is parsed, which would hide all else.
        let text = match *name {
            "value of a method" => hostile(body),
            _ => hostile(body).replace("fn own() { this }\n", ""),
        };
        let found = told(&text);
        assert!(found.contains(code), "{name}: {code} is not in\n{found}");
        assert!(found.len() < 200_000, "{name} tells too much");
    }
}

#[test]
fn all_calls_over_a_workbook_share_a_budget() {
    let script = script("fn f() { for i in 0..80000 { } 1 }");
    let call = || (script.helpers()[0].call)(&[]);
    let times = |_: &Allowance| (0..100).position(|_| call().is_err());
    let first = Allowance::new();
    let ended = times(&first).expect("the budget ends");
    assert!((5..40).contains(&ended), "{ended}");
    let failure = call().expect_err("it stays ended");
    assert!(failure.message.vi.contains("cộng lại"), "{failure:?}");
    drop(first);
    assert_eq!(times(&Allowance::new()), Some(ended), "each workbook has its own");
    assert!(call().is_ok(), "a call without a workbook has the budget of a run");
}

#[test]
fn a_copy_counts_as_many_steps_as_it_takes() {
    let used = |body: &str| {
        let script = script(&format!("fn f() {{ {body} }}"));
        meter::run(|| {
            let before = meter::left();
            let options = CallFnOptions::new().eval_ast(false);
            let inner = &script.inner;
            let _ = inner
                .engine
                .call_fn_with_options::<Dynamic>(options, &mut Scope::new(), &inner.ast, "f", ());
            before - meter::left()
        })
    };
    let make = "let a = []; for i in 0..1000 { a.push(i); }";
    let copies = used(&format!("{make} for i in 0..100 {{ let b = a; }} 1")) - used(&format!("{make} 1"));
    assert!(copies > 100 * 1000 * 16 / 32, "{copies}");
    assert!(used("for i in 0..1000 { } 1") < 5_000);
}

#[test]
fn scripts_that_are_too_long_or_no_text_are_refused_whole() {
    let long = format!("fn check(data) {{ [] }} // {}", "x".repeat(limit::SCRIPT_BYTES));
    assert!(told(&long).contains("kich-ban/qua-dai"));
    let faults = Script::parse(b"fn f() { \xff }").expect_err("no text").print(Lang::Vi);
    assert!(faults.contains("goi/khong-utf8"), "{faults}");
    let many: String = (0..300).map(|n| format!("fn f{n}() {{ {n} }}\n")).collect();
    assert!(told(&many).contains("kich-ban/qua-nhieu-ham"));
    let wide = format!(
        "fn f({}) {{ 1 }}",
        (0..30).map(|n| format!("x{n}")).collect::<Vec<_>>().join(", ")
    );
    assert!(told(&wide).contains("kich-ban/qua-nhieu-bien"));
}

#[test]
fn helpers_are_listed_with_what_is_said_above_them() {
    let script = script(
        "// riêng\nprivate fn rieng(x) { x }\n\n/// Xếp loại theo tỷ lệ:\n/// tốt, khá, yếu\nfn xep_loai(ty_le) {\n  rieng(`a } ${ty_le} \"`)\n}\n\
         fn khong_ai_goi() { \"}\" }\nfn check(data) { [] }\n",
    );
    let helpers: Vec<String> = script
        .helpers()
        .iter()
        .map(|helper| format!("{}: {}", helper.usage(), helper.doc))
        .collect();
    assert_eq!(
        helpers,
        ["xep_loai ty_le: Xếp loại theo tỷ lệ: tốt, khá, yếu", "khong_ai_goi: "]
    );
    let unused = script.unused(&BTreeSet::from(["xep_loai".to_owned()])).print(Lang::Vi);
    assert!(
        unused.contains("“khong_ai_goi”") && unused.contains("dòng 9"),
        "{unused}"
    );
    assert_eq!(unused.matches("kich-ban/ham-thua").count(), 1, "{unused}");
}

#[test]
fn any_bytes_are_a_script_or_are_told() {
    let pieces = [
        "fn ", "check", "(data) ", "{", "}", "[", "\"", "`", "${", "/*", "*/", "//", "'", "\\", "\n", "é", "1", ".",
        "let a = ", ";", "#{", "loop ", "data", ".a", "(", ")", "|", "\u{0}",
    ];
    // A fixed sequence that looks like chance.
    let mut state = 1_u32;
    for _ in 0..400 {
        let mut text = String::new();
        for _ in 0..30 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(pieces[state as usize / 7 % pieces.len()]);
        }
        let _ = Source::read(&text);
        if let Ok(script) = Script::parse(text.as_bytes()) {
            script.check(&schema(), &data());
        }
    }
}
