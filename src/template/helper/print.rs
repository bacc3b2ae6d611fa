//! Helpers that choose how a value prints.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Arguments, Helper, arity, family, printable, written_like, wrong_argument};
use crate::schema::Schema;
use crate::template::expression::{Call, Expr, Family, Fault, Kind, Literal, Val};
use crate::template::print::{PLAIN_DECIMALS, print_value};
use crate::text;
use crate::vietnamese;

fn one_number(schema: &Schema, call: &mut Call) -> Result<Kind, Fault> {
    arity(call, 1, 1)?;
    family(schema, call, 0, Family::Number)?;
    Ok(Kind::Text)
}

fn one_text(schema: &Schema, call: &mut Call) -> Result<Kind, Fault> {
    arity(call, 1, 1)?;
    printable(schema, call, 0)?;
    Ok(Kind::Text)
}

fn with_number<'a>(arguments: &Arguments<'_, 'a>, print: impl Fn(Decimal) -> Option<String>) -> Val<'a> {
    match arguments.value(0).number().and_then(print) {
        Some(text) => Val::Text(text.into()),
        None => Val::Missing,
    }
}

fn decimals(arguments: &Arguments<'_, '_>) -> Option<u32> {
    arguments
        .named("decimals")
        .number()
        .and_then(|number| number.to_u32())
        .map(|decimals| decimals.min(28))
}

/// `number x decimals=1`
pub const NUMBER: Helper = Helper {
    name: "number",
    usage: "number SỐ decimals=1",
    vi: "số với dấu chấm ngăn hàng nghìn, dấu phẩy trước phần thập phân; fixed=2: đủ hai chữ số; group=false: không ngăn; \
         digits=2: ít nhất hai chữ số phần nguyên",
    en: "a number with dots between thousands and a comma before decimals; fixed=2: always two; group=false: no dots; \
         digits=2: at least two digits before the comma",
    example: ("number chi_tieu.thu_ngan_sach.thuc_hien decimals=1", "1.258,5"),
    named: &["decimals", "fixed", "group", "digits"],
    check: one_number,
    call: |arguments| {
        let fixed = arguments.named("fixed").number().and_then(|fixed| fixed.to_usize());
        let most = fixed
            .map(|fixed| fixed.min(28) as u32)
            .or(decimals(arguments))
            .unwrap_or(2);
        let groups = arguments.named("group").flag() != Some(false);
        with_number(arguments, |number| {
            let mut text = vietnamese::number(number, most);
            if !groups {
                text = text.replace('.', "");
            }
            let digits = arguments.named("digits").number().and_then(|digits| digits.to_usize());
            if let Some(digits) = digits.map(|digits| digits.min(28)) {
                let whole = text.split(',').next().unwrap_or_default();
                let shown = whole.chars().filter(char::is_ascii_digit).count();
                let sign = usize::from(whole.starts_with('-'));
                text.insert_str(sign, &"0".repeat(digits.saturating_sub(shown)));
            }
            if let Some(fixed) = fixed.map(|fixed| fixed.min(28)).filter(|fixed| *fixed > 0) {
                let shown = text.split_once(',').map_or(0, |(_, decimals)| decimals.len());
                if shown == 0 {
                    text.push(',');
                }
                text.extend(std::iter::repeat_n('0', fixed - shown));
            }
            Some(text)
        })
    },
};

/// `percent x`
pub const PERCENT: Helper = Helper {
    name: "percent",
    usage: "percent SỐ decimals=1",
    vi: "số kèm dấu %",
    en: "a number with a percent sign",
    example: ("percent (mul (div 1 3) 100) decimals=1", "33,3%"),
    named: &["decimals"],
    check: one_number,
    call: |arguments| {
        let decimals = decimals(arguments).unwrap_or(2);
        with_number(arguments, |number| Some(vietnamese::number(number, decimals) + "%"))
    },
};

/// `date x "long"`
pub const DATE: Helper = Helper {
    name: "date",
    usage: "date NGÀY \"long\"",
    vi: "ngày viết đủ (\"long\"), viết tắt (\"short\") hoặc theo mẫu dd/MM/yyyy",
    en: "a date in full (\"long\"), in short (\"short\"), or by a pattern of dd, d, MM, M, yyyy",
    example: ("date thong_tin.ngay \"long\"", "ngày 05 tháng 02 năm 2026"),
    named: &[],
    check: |schema, call| {
        arity(call, 1, 2)?;
        family(schema, call, 0, Family::Date)?;
        match call.arguments.get(1) {
            None => Ok(Kind::Text),
            Some(Expr::Literal(Literal::Text(style))) if is_date_style(style) => Ok(Kind::Text),
            Some(_) => Err(wrong_argument(
                call.helper,
                1,
                &text!(
                    "\"long\", \"short\" hoặc một mẫu như \"dd/MM/yyyy\" (tháng viết MM hoa)",
                    "\"long\", \"short\" or a pattern such as \"dd/MM/yyyy\" (months are MM in capitals)"
                ),
            )),
        }
    },
    call: |arguments| {
        let Some(date) = arguments.value(0).date() else {
            return Val::Missing;
        };
        let style = arguments.value(1);
        Val::Text(match style.text() {
            None | Some("short") => vietnamese::date_short(date).into(),
            Some("long") => vietnamese::date_long(date).into(),
            Some(pattern) => vietnamese::date_by_pattern(date, pattern).unwrap_or_default().into(),
        })
    },
};

/// Whether a text is a style of dates: `long`, `short`, or a pattern as Word has them.
pub fn is_date_style(style: &str) -> bool {
    matches!(style, "long" | "short")
        || style.contains(['d', 'M', 'y']) && vietnamese::date_by_pattern(Date::ZERO, style).is_some()
}

/// `words x`
pub const WORDS: Helper = Helper {
    name: "words",
    usage: "words SỐ",
    vi: "số đọc thành chữ",
    en: "a number in words",
    example: ("words thong_tin.nam", "hai nghìn không trăm hai mươi ba"),
    named: &[],
    check: one_number,
    call: |arguments| with_number(arguments, |number| Some(vietnamese::words(number))),
};

/// `pad x`
pub const PAD: Helper = Helper {
    name: "pad",
    usage: "pad SỐ width=3",
    vi: "số có chữ số 0 đằng trước khi nhỏ hơn 10, không có dấu ngăn hàng nghìn: số văn bản; width=3: đủ ba chữ số, 005",
    en: "a number with a leading zero below ten and no separators: a document number; width=3: three digits, 005",
    example: ("pad thong_tin.so_van_ban", "05"),
    named: &["width"],
    check: one_number,
    // Decree 30/2020, annex I, II.3.c: the number of a document has a leading zero below ten; its digits are not grouped.
    call: |arguments| {
        use rust_decimal::prelude::ToPrimitive;
        let width = arguments.named("width").number().and_then(|width| width.to_usize());
        with_number(arguments, |number| {
            let number = number.normalize();
            if let Some(width) = width {
                return Some(format!("{number:0>width$}", width = width.min(WIDEST_PAD)));
            }
            let grouped = number >= Decimal::from(1_000) && number.fract().is_zero();
            Some(if grouped {
                number.to_string()
            } else {
                vietnamese::padded(number)
            })
        })
    },
};

/// Most digits that a number is padded to.
const WIDEST_PAD: usize = 20;

/// The printed form of an argument, as it would stand in the text; `None` when missing.
pub(super) fn printed(arguments: &Arguments<'_, '_>, index: usize) -> Option<String> {
    let mut text = String::new();
    let printer = arguments.call.printers.get(index).copied().unwrap_or_default();
    print_value(&arguments.value(index), printer, &mut text).then_some(text)
}

fn with_text<'a>(arguments: &Arguments<'_, 'a>, change: impl Fn(&str) -> String) -> Val<'a> {
    match printed(arguments, 0) {
        Some(text) => Val::Text(change(&text).into()),
        None => Val::Missing,
    }
}

/// Appends a unit: a percent or per mille sign stands without a blank, every other unit after one.
fn with_unit(mut text: String, unit: Option<String>) -> String {
    if let Some(unit) = unit.filter(|unit| !unit.trim().is_empty()) {
        if !unit.starts_with(['%', '‰']) && !text.ends_with('%') {
            text.push(' ');
        }
        text.push_str(unit.trim());
    }
    text
}

fn number_and_unit(schema: &Schema, call: &mut Call) -> Result<Kind, Fault> {
    arity(call, 1, 2)?;
    family(schema, call, 0, Family::Number)?;
    if call.arguments.len() == 2 {
        family(schema, call, 1, Family::Text)?;
    }
    Ok(Kind::Text)
}

/// `amount x unit`
pub const AMOUNT: Helper = Helper {
    name: "amount",
    usage: "amount SỐ ĐƠN_VỊ pad=true",
    vi: "số kèm đơn vị: 258 triệu đồng, 74,3%; pad=true: 01 tân binh",
    en: "a number with its unit: 258 triệu đồng, 74,3%; pad=true: 01 tân binh",
    example: ("amount thuc_hien don_vi_tinh", "258 triệu đồng"),
    named: &["pad"],
    check: number_and_unit,
    call: |arguments| match arguments
        .value(0)
        .number()
        .filter(|_| arguments.named("pad").truth(None))
    {
        Some(number) => Val::Text(with_unit(vietnamese::padded(number.normalize()), printed(arguments, 1)).into()),
        None => match printed(arguments, 0) {
            Some(text) => Val::Text(with_unit(text, printed(arguments, 1)).into()),
            None => Val::Missing,
        },
    },
};

/// `change x unit`
pub const CHANGE: Helper = Helper {
    name: "change",
    usage: "change SỐ ĐƠN_VỊ",
    vi: "mức tăng, giảm bằng chữ: tăng 14,2%; giảm 03 triệu đồng; không thay đổi",
    en: "a rise or fall in words: tăng 14,2%; giảm 03 triệu đồng; không thay đổi",
    example: ("change tang_truong", "tăng 14,2%"),
    named: &[],
    check: number_and_unit,
    call: |arguments| {
        let Some(number) = arguments.value(0).number() else {
            return Val::Missing;
        };
        let word = match number {
            number if number.is_zero() => return Val::Text("không thay đổi".into()),
            number if number.is_sign_negative() => "giảm ",
            _ => "tăng ",
        };
        let printer = arguments.call.printers.first().copied().unwrap_or_default();
        let mut size = String::new();
        print_value(&Val::Number(number.abs()), printer, &mut size);
        // With a unit it is a count of things; official texts pad it as they pad counts.
        let mut unit = printed(arguments, 1);
        if let Some(unit) = &mut unit {
            if unit.starts_with('%') {
                // A rise of a percentage by so much is no rise by so many percent.
                *unit = unit.replacen('%', "điểm phần trăm", 1);
                size = vietnamese::number(number.abs(), PLAIN_DECIMALS);
            } else {
                size = vietnamese::padded(number.abs().normalize());
            }
        }
        Val::Text((word.to_owned() + with_unit(size, unit).as_str()).into())
    },
};

/// `upper s`
pub const UPPER: Helper = Helper {
    name: "upper",
    usage: "upper CHỮ",
    vi: "chữ in hoa",
    en: "text in capitals",
    example: ("upper thong_tin.ten_xa", "TÂN HOÀ"),
    named: &[],
    check: one_text,
    call: |arguments| with_text(arguments, str::to_uppercase),
};

/// `lower s`
pub const LOWER: Helper = Helper {
    name: "lower",
    usage: "lower CHỮ",
    vi: "chữ thường",
    en: "text in lower case",
    example: ("lower thong_tin.chuc_vu", "chủ tịch"),
    named: &[],
    check: one_text,
    call: |arguments| with_text(arguments, str::to_lowercase),
};

fn first_letter(text: &str, change: impl Fn(char) -> String) -> String {
    let mut letters = text.chars();
    letters.next().map(change).unwrap_or_default() + letters.as_str()
}

/// `capitalize s`
pub const CAPITALIZE: Helper = Helper {
    name: "capitalize",
    usage: "capitalize CHỮ",
    vi: "viết hoa chữ cái đầu",
    en: "the first letter as a capital",
    example: ("capitalize thong_tin.loai_don_vi", "Xã"),
    named: &[],
    check: one_text,
    call: |arguments| {
        with_text(arguments, |text| {
            first_letter(text, |letter| letter.to_uppercase().collect())
        })
    },
};

/// `title s`
pub const TITLE: Helper = Helper {
    name: "title",
    usage: "title CHỮ",
    vi: "viết hoa chữ cái đầu của mỗi từ",
    en: "the first letter of each word as a capital",
    example: ("title thong_tin.chuc_vu", "Chủ Tịch"),
    named: &[],
    check: one_text,
    call: |arguments| {
        with_text(arguments, |text| {
            let words = text.split_inclusive(char::is_whitespace);
            let title = |word: &str| first_letter(word, |letter| letter.to_uppercase().collect());
            words.map(title).collect()
        })
    },
};

/// `uncapitalize s`
pub const UNCAPITALIZE: Helper = Helper {
    name: "uncapitalize",
    usage: "uncapitalize CHỮ",
    vi: "viết thường chữ cái đầu",
    en: "the first letter in lower case",
    example: ("uncapitalize thong_tin.chuc_vu", "chủ tịch"),
    named: &[],
    check: one_text,
    call: |arguments| {
        with_text(arguments, |text| {
            first_letter(text, |letter| letter.to_lowercase().collect())
        })
    },
};

/// `concat a b …`
pub const CONCAT: Helper = Helper {
    name: "concat",
    usage: "concat A B …",
    vi: "nối các giá trị thành một chuỗi chữ; giá trị trống thì bỏ qua",
    en: "values put together as one text; missing ones are left out",
    example: (
        "upper (concat thong_tin.loai_don_vi \" \" thong_tin.ten_xa)",
        "XÃ TÂN HOÀ",
    ),
    named: &[],
    check: |schema, call| {
        arity(call, 1, 64)?;
        (0..call.arguments.len()).try_for_each(|index| printable(schema, call, index))?;
        Ok(Kind::Text)
    },
    call: |arguments| {
        let text: String = (0..arguments.values.len())
            .filter_map(|index| printed(arguments, index))
            .collect();
        Val::Text(text.into())
    },
};

/// `default x "text"`
pub const DEFAULT: Helper = Helper {
    name: "default",
    usage: "default GIÁ_TRỊ \"chữ thay thế\"",
    vi: "giá trị, hoặc chữ thay thế khi không có",
    en: "a value, or another text when it is missing",
    example: ("default thong_tin.khoi_thi_dua \"\"", "khối thi đua số 2"),
    named: &[],
    check: |schema, call| {
        arity(call, 2, 2)?;
        printable(schema, call, 0)?;
        printable(schema, call, 1)?;
        Ok(Kind::Text)
    },
    call: |arguments| match printed(arguments, 0).or_else(|| printed(arguments, 1)) {
        Some(text) => Val::Text(text.into()),
        None => Val::Missing,
    },
};

/// `roman n`
pub const ROMAN: Helper = Helper {
    name: "roman",
    usage: "roman SỐ",
    vi: "chữ số La Mã",
    en: "a Roman numeral",
    example: ("roman @number", "IV"),
    named: &[],
    check: one_number,
    call: |arguments| with_number(arguments, |number| vietnamese::roman(number.to_u32()?)),
};

/// `letter n`
pub const LETTER: Helper = Helper {
    name: "letter",
    usage: "letter SỐ",
    vi: "chữ cái đánh thứ tự điểm: a, b, c, d, đ, e, g…",
    en: "the letter of a point: a, b, c, d, đ, e, g…",
    example: ("letter @number", "đ"),
    named: &[],
    check: one_number,
    call: |arguments| {
        with_number(arguments, |number| {
            Some(vietnamese::point_letter(number.to_u32()?)?.to_string())
        })
    },
};

/// `page_break`
pub const PAGE_BREAK: Helper = Helper {
    name: "page_break",
    usage: "page_break",
    vi: "ngắt trang",
    en: "a page break",
    example: ("page_break", ""),
    named: &[],
    check: |_, call| {
        arity(call, 0, 0)?;
        Ok(Kind::PageBreak)
    },
    call: |_| Val::PageBreak,
};

/// `section_break "landscape"`
pub const SECTION_BREAK: Helper = Helper {
    name: "section_break",
    usage: "section_break \"landscape\"",
    vi: "ngắt phần, đứng một mình trong một đoạn; \"landscape\": các trang sau nằm ngang, \"portrait\": đứng",
    en: "a section break, alone in its paragraph; \"landscape\" or \"portrait\" for the pages after it",
    example: ("section_break \"landscape\"", ""),
    named: &[],
    check: |_, call| {
        arity(call, 0, 1)?;
        Ok(Kind::PageBreak)
    },
    call: |_| Val::Missing,
};

/// `merge_down x`
pub const MERGE_DOWN: Helper = Helper {
    name: "merge_down",
    usage: "merge_down GIÁ_TRỊ",
    vi: "trong ô của hàng lặp: in một lần và gộp ô với ô trên khi giá trị giống nhau",
    en: "in a cell of a repeated row: prints once and merges the cell with the one above while the value is the same",
    example: ("merge_down cap", "Tỉnh"),
    named: &[],
    check: one_text,
    call: |arguments| match printed(arguments, 0) {
        Some(text) => Val::Text(text.into()),
        None => Val::Missing,
    },
};

/// `link address "text"`
pub const LINK: Helper = Helper {
    name: "link",
    usage: "link ĐỊA_CHỈ CHỮ",
    vi: "siêu liên kết; địa chỉ bắt đầu bằng http://, https://, mailto: hoặc tel:",
    en: "a hyperlink; the address begins with http://, https://, mailto: or tel:",
    example: ("link thong_tin.trang_web \"Trang thông tin\"", "Trang thông tin"),
    named: &[],
    check: |schema, call| {
        arity(call, 1, 2)?;
        (0..call.arguments.len()).try_for_each(|index| family(schema, call, index, Family::Text))?;
        Ok(Kind::Link)
    },
    call: |arguments| match printed(arguments, 0) {
        Some(address) => {
            let text = printed(arguments, 1).unwrap_or_else(|| address.clone());
            Val::Link((address, text).into())
        }
        None => Val::Missing,
    },
};

/// `image "name"`
pub const IMAGE: Helper = Helper {
    name: "image",
    usage: "image \"TÊN\" width=40 height=20",
    vi: "ảnh: tên cho bằng --image, tệp trong gói, hoặc trường có ảnh đặt trong ô; kích thước tính bằng mm",
    en: "a picture: a name given by --image, a file of the pack, or a field with a picture in its cell; sizes in mm",
    example: ("image \"con_dau\"", ""),
    named: &["width", "height", "optional"],
    check: |schema, call| {
        arity(call, 1, 1)?;
        printable(schema, call, 0)?;
        let is_right = |(name, value): &(String, Expr)| match value {
            Expr::Literal(Literal::Number(size)) => name != "optional" && size.is_sign_positive(),
            Expr::Literal(Literal::Flag(_)) => name == "optional",
            _ => false,
        };
        match call.named.iter().all(is_right) {
            true => Ok(Kind::Picture),
            false => Err(Fault::new(
                "mau/sai-doi-so",
                text!(
                    "hàm “image” cần một số mm lớn hơn 0 ở width= và height=",
                    "helper “image” needs a number of mm above 0 for width= and height="
                ),
            )
            .hint(Some(written_like(call.helper)))),
        }
    },
    // The filler places it: a value has no picture of its own.
    call: |arguments| arguments.value(0),
};
