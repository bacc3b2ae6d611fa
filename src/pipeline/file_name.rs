//! A document's title as a file name that Windows, macOS, Linux and a USB stick take.
//!
//! Source of the rules: Microsoft, "Naming Files, Paths, and Namespaces".

use crate::opc::archive::is_device_name;
use crate::vietnamese::nfc;

/// Most characters of a file name, its extension included: leaves room for the folder within Windows' 260.
const LONGEST: usize = 120;
/// Most bytes of a file name on Linux and macOS; Vietnamese letters take up to three.
const MOST_BYTES: usize = 255;
/// A safe file name made of a title and an extension (without its dot).
pub fn safe_file_name(title: &str, extension: &str) -> String {
    with_ending(title, &format!(".{extension}"))
}

/// A safe name of a folder made of a title.
pub fn safe_folder_name(title: &str) -> String {
    with_ending(title, "")
}

/// The same with all that follows the title, dot included: it is kept whole, however long the title.
pub fn with_ending(title: &str, ending: &str) -> String {
    let mut name = String::new();
    for sign in nfc(title).chars() {
        let sign = match sign {
            // Numbers of documents ("03/BC-UBND") and ranges read best with a hyphen.
            '/' | '\\' | '|' | ':' => '-',
            '"' | '<' | '>' | '?' | '*' => continue,
            sign if sign.is_whitespace() => ' ',
            // Control and invisible formatting signs, which could disguise an extension.
            sign if sign.is_control()
                || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}') =>
            {
                continue;
            }
            sign => sign,
        };
        if !(sign == ' ' && name.ends_with(' ')) {
            name.push(sign);
        }
    }
    let spare = LONGEST - ending.chars().count();
    let end = name.char_indices().nth(spare).map_or(name.len(), |(index, _)| index);
    name.truncate(end);
    while name.len() + ending.len() > MOST_BYTES {
        name.pop();
    }
    let name = name.trim_start().trim_end_matches(['.', ' ']);
    match name {
        "" => format!("van-ban{ending}"),
        name if is_device_name(name) => format!("_{name}{ending}"),
        name => format!("{name}{ending}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_that_a_system_refuses_are_replaced_or_left_out() {
        for (title, name) in [
            ("BC thi dua 2023 - Tân Hoà", "BC thi dua 2023 - Tân Hoà.docx"),
            ("03/BC-UBND", "03-BC-UBND.docx"),
            ("../../etc/passwd", "..-..-etc-passwd.docx"),
            ("C:\\x", "C--x.docx"),
            ("a<b>c:\"d|e?f*", "abc-d-ef.docx"),
            ("a\u{202e}xcod.exe", "axcod.exe.docx"),
            (" tên  dài\u{a0}\n. . ", "tên dài.docx"),
            ("Ho\u{e0} v\u{61}\u{300}", "Hoà và.docx"),
            ("con", "_con.docx"),
            ("NUL.txt", "_NUL.txt.docx"),
            ("COM1", "_COM1.docx"),
            ("Commune", "Commune.docx"),
            ("…", "….docx"),
            ("...", "van-ban.docx"),
            ("", "van-ban.docx"),
        ] {
            assert_eq!(safe_file_name(title, "docx"), name, "{title:?}");
        }
    }

    #[test]
    fn a_long_title_is_cut_in_characters_and_in_bytes() {
        let name = safe_file_name(&"a".repeat(500), "docx");
        assert_eq!(name.chars().count(), LONGEST);
        let name = safe_file_name(&"ệ".repeat(500), "docx");
        assert!(name.len() <= MOST_BYTES && name.ends_with("ệ.docx"), "{name}");
        let name = with_ending(&"ệ".repeat(500), " (đối chiếu).docx");
        assert!(
            name.len() <= MOST_BYTES && name.ends_with("ệ (đối chiếu).docx"),
            "{name}"
        );
    }
}
