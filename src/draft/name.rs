//! Labels as ids, and texts as names that Excel and a schema take.

use std::collections::HashSet;

use crate::schema::KEYWORDS;
use crate::vietnamese::fold;

/// Most characters of an id made of a label.
const LONGEST: usize = 32;
/// Ids given out, so that none is given twice.
#[derive(Debug, Default)]
pub(super) struct Ids {
    taken: HashSet<String>,
}

impl Ids {
    /// Notes an id that is there already.
    pub fn take(&mut self, id: &str) {
        self.taken.insert(id.to_owned());
    }

    /// An id of its own for a label: `Giá trị sản xuất (giá 1994)` gives `gia_tri_san_xuat_gia_1994`.
    pub fn of(&mut self, label: &str, otherwise: &str) -> String {
        let id = id_of(label, otherwise);
        let numbered = (1..).map(|number| match number {
            1 => id.clone(),
            number => format!("{id}_{number}"),
        });
        let free = numbered.into_iter().find(|id| !self.taken.contains(id)).unwrap_or(id);
        self.take(&free);
        free
    }
}

fn id_of(label: &str, otherwise: &str) -> String {
    let mut id = String::new();
    for sign in fold(&label.replace('%', " phần trăm ").replace('²', "2")).chars() {
        match sign {
            sign if sign.is_ascii_alphanumeric() => id.push(sign),
            _ if id.is_empty() || id.ends_with('_') => {}
            _ => id.push('_'),
        }
    }
    if let Some((end, _)) = id.char_indices().nth(LONGEST) {
        // Whole words only, unless the first one is too long itself.
        let end = id
            .get(..end)
            .and_then(|head| head.rfind('_'))
            .filter(|end| *end > 0)
            .unwrap_or(end);
        id.truncate(end);
    }
    let id = id.trim_end_matches('_');
    match id.chars().next() {
        None => otherwise.to_owned(),
        Some(first) if first.is_ascii_digit() || KEYWORDS.contains(&id) => format!("{otherwise}_{id}"),
        Some(_) => id.to_owned(),
    }
}

/// A text as the name of a sheet that Excel takes: at most 31 UTF-16 units, without signs that it refuses.
pub(super) fn sheet_name(text: &str) -> String {
    const MOST: usize = 31;
    let plain: String = text
        .chars()
        .map(|sign| match sign {
            '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'' => ' ',
            sign if sign.is_control() => ' ',
            sign => sign,
        })
        .collect();
    let mut name = String::new();
    for word in plain.split_whitespace() {
        let longer = if name.is_empty() {
            word.to_owned()
        } else {
            format!("{name} {word}")
        };
        if longer.encode_utf16().count() > MOST {
            break;
        }
        name = longer;
    }
    if name.is_empty() {
        name = plain.trim().chars().take(MOST / 2).collect();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_ids_of_their_own() {
        let mut ids = Ids::default();
        for (label, id) in [
            ("Tên chỉ tiêu", "ten_chi_tieu"),
            ("Đơn vị \ntính", "don_vi_tinh"),
            ("So sánh (%) / Ước 2002/2001", "so_sanh_phan_tram_uoc_2002_2001"),
            ("Tên chỉ tiêu", "ten_chi_tieu_2"),
            ("2005", "cot_2005"),
            ("…", "cot"),
            ("Key", "cot_key"),
            ("Đất (m²)", "dat_m2"),
            (
                "Giá trị sản xuất nông nghiệp theo giá so sánh năm 2010",
                "gia_tri_san_xuat_nong_nghiep",
            ),
        ] {
            assert_eq!(ids.of(label, "cot"), id, "{label}");
        }
    }

    #[test]
    fn a_name_of_a_sheet_is_one_that_excel_takes() {
        assert_eq!(sheet_name("Biểu 01/BC: thu, chi"), "Biểu 01 BC thu, chi");
        let long = sheet_name("MỘT SỐ GIA SÚC, GIA CẦM CHÍNH TRÊN ĐỊA BÀN NĂM 2007");
        assert_eq!(long, "MỘT SỐ GIA SÚC, GIA CẦM CHÍNH");
        assert_eq!(sheet_name(&"x".repeat(40)).len(), 15);
        assert_eq!(sheet_name("':'"), "");
    }
}
