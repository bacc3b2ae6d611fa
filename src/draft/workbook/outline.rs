//! The text source of a pack drafted from a workbook: the furniture, and a part for each sheet that prints all of it.

use super::{Draft, FORM, Options};
use crate::diagnostic::Text;
use crate::draft::letter;
use crate::draft::plan::Plan;
use crate::draft::text::{escaped, line, print_sheet};
use crate::vietnamese::{self, fold};

/// The plan of a pack: the form of the letterhead first, then the sheets of the workbook.
pub(super) fn plan(drafts: Vec<Draft>, options: &Options, notes: &[Text]) -> Plan {
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
    let mut outline = letter::head(FORM, options.kind, &dated(line(&name)));
    if year.is_none() {
        outline.push_str(&format!("Số liệu năm {{{{{FORM}.nam}}}}:\n\n"));
    }
    for (number, draft) in drafts.iter().enumerate() {
        let sheet = &draft.sheet;
        let numeral = u32::try_from(number + 1)
            .ok()
            .and_then(vietnamese::roman)
            .unwrap_or_default();
        let heading = sheet.title.as_deref().unwrap_or(&sheet.name);
        outline.push_str(&format!(
            "## {numeral}. {}\n\n",
            dated(escaped(without_number(heading)))
        ));
        if let Some(unit) = &sheet.unit_line {
            outline.push_str(&format!("*{}*\n\n", escaped(unit)));
        }
        outline.push_str(&print_sheet(sheet));
    }
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
        advice: notes.iter().map(|note| note.vi.clone()).collect(),
    }
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
