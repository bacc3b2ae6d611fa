//! The text source of a pack drafted from a workbook: the furniture, and a part for each sheet that prints all of it.

use super::{Draft, FORM, Options};
use crate::diagnostic::Text;
use crate::draft::letter;
use crate::draft::plan::Plan;
use crate::draft::start::{body, has_sections, subject_of};
use crate::draft::text::{escaped, line, paragraph, print_sheet};
use crate::text;
use crate::vietnamese::fold;

/// The plan of a pack: the form of the letterhead first, then the sheets of the workbook.
pub(super) fn plan(drafts: Vec<Draft>, options: &Options, notes: &mut Vec<Text>) -> Plan {
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
    let agency = options.agency.as_deref();
    let subject = subject_of(&sentence(&name, agency), options.kind);
    if subject != subject_of(&name, options.kind) {
        notes.push(text!(
            "Trích yếu đổi sang chữ thường: “{subject}”; sửa lại chữ hoa của tên riêng trong {} nếu có",
            "The subject is put in small letters: “{subject}”; mend the capitals of names in {}",
            crate::draft::SOURCE
        ));
    }
    let mut outline = letter::head(FORM, options.kind, &dated(line(&subject)));
    let parts = drafts.iter().map(|draft| {
        let sheet = &draft.sheet;
        let heading = without_number(sheet.title.as_deref().unwrap_or(&sheet.name));
        let mut part = match has_sections(options.kind) {
            true => String::new(),
            // Without headings, a line says what comes.
            false => format!("{}:\n\n", dated(paragraph(&sentence(heading, agency)))),
        };
        if let Some(unit) = &sheet.unit_line {
            part.push_str(&format!("*{}*\n\n", escaped(unit)));
        }
        part.push_str(&print_sheet(sheet));
        (dated(escaped(&heading.to_uppercase())), part)
    });
    outline.push_str(&body(options.kind, &parts.collect::<Vec<_>>()));
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
        has_free_layout: false,
        advice: notes.iter().map(|note| note.vi.clone()).collect(),
    }
}

/// A title in capitals as a subject is written: in small letters, the first a capital. Which words are names nobody can tell, but
/// for the agency; abbreviations, which have no vowel or are known, and Roman numbers after what is numbered stay.
fn sentence(title: &str, agency: Option<&str>) -> String {
    const ABBREVIATIONS: [&str; 10] = [
        "UBND", "HĐND", "UBMTTQ", "GRDP", "GDP", "NSNN", "BHYT", "BHXH", "THCS", "ANTT",
    ];
    const NUMBERED: [&str; 8] = ["quy", "dot", "lan", "ky", "khoa", "phan", "bieu", "nhom"];
    if title.chars().any(char::is_lowercase) {
        return title.to_owned();
    }
    let mut before = String::new();
    let mut words: Vec<String> = Vec::new();
    for word in title.split_whitespace() {
        let folded = fold(word);
        let letters: Vec<char> = folded.chars().filter(char::is_ascii_alphabetic).collect();
        let bare = word.trim_matches(|sign: char| !sign.is_alphanumeric());
        let is_short = letters.len() >= 2 && !letters.iter().any(|letter| "aeiouy".contains(*letter));
        let is_number = !bare.is_empty() && bare.chars().all(|sign| "IVX".contains(sign));
        let stays = is_short || ABBREVIATIONS.contains(&bare) || (is_number && NUMBERED.contains(&before.as_str()));
        words.push(match stays {
            true => word.to_owned(),
            false => word.to_lowercase(),
        });
        before = folded;
    }
    let mut text = words.join(" ");
    if let Some(agency) = agency {
        text = text.replace(&agency.to_lowercase(), agency);
    }
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
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
mod tests {
    use super::*;

    #[test]
    fn a_title_in_capitals_is_written_as_a_subject() {
        for (title, agency, subject) in [
            ("BIỂU CHỈ TIÊU KINH TẾ NĂM 2023", None, "Biểu chỉ tiêu kinh tế năm 2023"),
            (
                "THU, CHI NSNN QUÝ II CỦA UBND XÃ TÂN HOÀ",
                Some("xã Tân Hoà"),
                "Thu, chi NSNN quý II của UBND xã Tân Hoà",
            ),
            ("GIÁ XI MĂNG (HTX)", None, "Giá xi măng (HTX)"),
            ("Kết quả của Xã Tân Hoà", None, "Kết quả của Xã Tân Hoà"),
            ("", None, ""),
        ] {
            assert_eq!(sentence(title, agency), subject);
        }
    }
}
