//! `choice`: one of declared texts, found by folded text; the value has the declared spelling.

use super::fault::{self, Need, quoted_text, shown};
use super::text::write_plainly_text;
use super::{Choice, Raw, Reading, Type, TypeInfo, Value};
use crate::text;
use crate::vietnamese::{self, fold, nearest};

pub(super) const TYPE: TypeInfo = TypeInfo {
    ty: Type::Choice,
    name: "choice",
    label_vi: "chọn trong danh mục",
    label_en: "one of a list",
    number_format: "@",
    example: "Tập thể",
    width: 18.0,
    numeric: false,
    read: |raw, context| read(raw, context.choices),
    write: write_plainly_text,
};

const NEED: Need = Need {
    vi: "một giá trị trong danh mục",
    en: "a value of the list",
};

/// How many values of a list a hint names.
const NAMED: usize = 8;

fn read(raw: &Raw, choices: &[Choice]) -> Reading {
    if let Raw::Error(error) = raw {
        return fault::formula(error, NEED);
    }
    let cell = shown(raw);
    let cell = vietnamese::trim(&cell);
    if cell.is_empty() {
        return Reading::none();
    }
    let found = choices.iter().find(|choice| choice.value == cell).or_else(|| {
        let folded = fold(cell);
        let is_it = |name: &String| fold(name) == folded;
        choices
            .iter()
            .find(|choice| is_it(&choice.value) || choice.aliases.iter().any(is_it))
    });
    match found {
        Some(choice) => Reading::value(Value::Text(choice.value.as_str().into())),
        None => unknown(cell, choices),
    }
}

fn unknown(cell: &str, choices: &[Choice]) -> Reading {
    let names = choices
        .iter()
        .flat_map(|choice| std::iter::once(&choice.value).chain(&choice.aliases));
    let near = nearest(cell, names.map(String::as_str));
    let near = near.and_then(|near| {
        choices
            .iter()
            .find(|choice| choice.value == near || choice.aliases.iter().any(|alias| alias == near))
    });
    let hint = match near {
        Some(Choice { value, .. }) => text!(
            "chọn “{value}” nếu đó là ý muốn ghi",
            "choose “{value}” if that is what is meant"
        ),
        None => {
            let mut list: Vec<String> = choices
                .iter()
                .take(NAMED)
                .map(|choice| format!("“{}”", choice.value))
                .collect();
            if choices.len() > NAMED {
                list.push("…".to_owned());
            }
            let list = list.join(", ");
            text!("chọn một trong các giá trị: {list}", "choose one of: {list}")
        }
    };
    let found = quoted_text(cell);
    Reading::error(
        "gia-tri/ngoai-danh-muc",
        text!(
            "cần một giá trị trong danh mục, ô này ghi “{found}”",
            "needs a value of the list, this cell says “{found}”"
        ),
        hint,
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::raw_text;
    use super::super::{Choice, Context, Raw, Type, Value};

    fn choices() -> Vec<Choice> {
        [
            ("Tỉnh", &["UBND tỉnh"][..]),
            ("Xã", &[]),
            ("Tập thể", &["TT"]),
            ("2023", &[]),
        ]
        .map(|(value, aliases)| Choice {
            value: value.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        })
        .to_vec()
    }

    fn context(choices: &[Choice]) -> Context<'_> {
        Context {
            choices,
            ..Context::default()
        }
    }

    #[test]
    fn a_choice_is_found_in_any_spelling() {
        for (raw, value) in [
            (raw_text("Tỉnh"), "Tỉnh"),
            (raw_text(" TINH "), "Tỉnh"),
            (raw_text("ubnd  tỉnh"), "Tỉnh"),
            (raw_text("tập thể."), "Tập thể"),
            (raw_text("tt"), "Tập thể"),
            (Raw::Number(2023.0), "2023"),
        ] {
            assert_eq!(
                Type::Choice.read(&raw, &context(&choices())).value,
                Some(Value::Text(value.into())),
                "{raw:?}"
            );
        }
        assert_eq!(
            Type::Choice.read(&raw_text(" "), &context(&choices())),
            Default::default()
        );
    }

    #[test]
    fn an_unknown_choice_gets_the_nearest_or_the_list() {
        let fault = |cell: &str| Type::Choice.read(&raw_text(cell), &context(&choices())).fault.unwrap();
        let near = fault("Tập thễe");
        assert_eq!(near.code, "gia-tri/ngoai-danh-muc");
        assert_eq!(near.message.vi, "cần một giá trị trong danh mục, ô này ghi “Tập thễe”");
        assert_eq!(near.hint.unwrap().vi, "chọn “Tập thể” nếu đó là ý muốn ghi");
        let far = fault("Trung ương");
        assert_eq!(
            far.hint.unwrap().vi,
            "chọn một trong các giá trị: “Tỉnh”, “Xã”, “Tập thể”, “2023”"
        );
        assert!(
            Type::Choice
                .read(&raw_text("gì đó"), &Context::default())
                .fault
                .is_some()
        );
    }
}
