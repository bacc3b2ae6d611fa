//! `flag`: yes or no.

use super::fault::{self, Need, quoted, shown};
use super::{Raw, Reading, Type, TypeInfo, Value, write_plainly};
use crate::text;
use crate::vietnamese::fold;

pub(super) const TYPE: TypeInfo = TypeInfo {
    ty: Type::Flag,
    name: "flag",
    label_vi: "có hoặc không",
    label_en: "yes or no",
    number_format: "@",
    example: "có",
    width: 10.0,
    numeric: false,
    read: |raw, _| read(raw),
    write: write_plainly,
};

const NEED: Need = Need {
    vi: "“có” hoặc “không”",
    en: "“có” or “không”",
};

fn read(raw: &Raw) -> Reading {
    let flag = match raw {
        Raw::Flag(flag) => Some(*flag),
        Raw::Error(error) => return fault::formula(error, NEED),
        _ => {
            let text = shown(raw);
            if crate::vietnamese::trim(&text).is_empty() {
                return Reading::none();
            }
            match fold(&text).as_str() {
                "co" | "x" | "v" | "×" | "✓" | "✔" | "☑" | "☒" | "✅" | "🗹" | "dung" | "true" | "yes" | "1" => {
                    Some(true)
                }
                "khong" | "sai" | "☐" | "false" | "no" | "0" => Some(false),
                _ => None,
            }
        }
    };
    let Some(flag) = flag else {
        let found = quoted(raw);
        return Reading::error(
            "gia-tri/khong-phai-co-khong",
            text!(
                "cần “có” hoặc “không”, ô này ghi “{found}”",
                "needs “có” (yes) or “không” (no), this cell says “{found}”"
            ),
            text!("ghi “có” hoặc “không”", "write “có” or “không”"),
        );
    };
    Reading::value(Value::Flag(flag))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, raw_text};
    use super::super::{Context, Raw, Type, Value};

    #[test]
    fn yes_and_no_have_many_spellings() {
        for (raw, flag) in [
            (raw_text("x"), true),
            (raw_text(" X "), true),
            (raw_text("Có"), true),
            (raw_text("KHÔNG"), false),
            (raw_text("TRUE"), true),
            (raw_text("X."), true),
            (raw_text("×"), true),
            (raw_text("✓"), true),
            (raw_text("☑ "), true),
            (raw_text("☒"), true),
            (raw_text("☐"), false),
            (raw_text("0"), false),
            (Raw::Flag(false), false),
            (Raw::Number(1.0), true),
            (Raw::Number(0.0), false),
        ] {
            assert_eq!(
                Type::Flag.read(&raw, &Context::default()).value,
                Some(Value::Flag(flag)),
                "{raw:?}"
            );
        }
        assert_eq!(Type::Flag.read(&raw_text(" "), &Context::default()), Default::default());
        assert_eq!(Type::Flag.print(&Value::Flag(true), None), "có");
        assert_eq!(Type::Flag.print(&Value::Flag(false), None), "không");
    }

    #[test]
    fn anything_else_is_refused() {
        for raw in [
            raw_text("có lẽ"),
            raw_text("✗"),
            raw_text("-"),
            Raw::Number(2.0),
            Raw::Percent(0.5),
        ] {
            assert_eq!(error(Type::Flag, &raw).0, "gia-tri/khong-phai-co-khong");
        }
    }
}
