//! What packs have in common: sheets, fields and checks of `templates/chung/chung.toml`, which is part of the program.
//!
//! In: the tree of a manifest whose sheets say `use = "thong_tin"`. Out: the tree with the shared sheet written out in
//! their place. A field of the pack with the id of a shared one changes its keys; others come after, or after the field
//! that their `after` names; those listed in `without` are left out. A shared check comes along when the pack has every
//! field it looks at. What comes from the shared file has the place of its `use`, so that findings lead somewhere.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Place, Text};
use crate::schema::Check;
use crate::text;
use crate::vietnamese::nearest;

const SHARED: &str = include_str!("../../templates/chung/chung.toml");

/// The ids of a sheet's fields, by the sheet's id.
type Taken = BTreeMap<String, Vec<String>>;

/// Writes the shared sheets out where a manifest uses them. `place` tells where in the manifest something stands.
pub(super) fn take(tree: &mut DeTable<'_>, place: &dyn Fn(Range<usize>) -> Place) -> Vec<Diagnostic> {
    let Some(DeValue::Array(sheets)) = tree.get_mut("sheet").map(Spanned::get_mut) else {
        return Vec::new();
    };
    let uses = |sheet: &Spanned<DeValue>| matches!(sheet.get_ref(), DeValue::Table(table) if table.contains_key("use"));
    if !sheets.iter().any(uses) {
        return Vec::new();
    }
    // A test holds that the shared file is sound.
    let (shared, _) = DeTable::parse_recoverable(SHARED);
    let shared = shared.into_inner();
    let mut taking = Taking {
        shared: &shared,
        place,
        taken: Taken::new(),
        findings: Vec::new(),
    };
    let mut result = DeArray::new();
    let mut first_use = 0..0;
    for sheet in std::mem::replace(sheets, DeArray::new()) {
        let span = sheet.span();
        match sheet.into_inner() {
            DeValue::Table(own) if own.contains_key("use") => {
                if first_use.is_empty() {
                    first_use = own.get("use").map_or(0..0, Spanned::span);
                }
                if let Some(table) = taking.sheet(own) {
                    result.push(Spanned::new(span, DeValue::Table(table)));
                }
            }
            other => result.push(Spanned::new(span, other)),
        }
    }
    *sheets = result;
    let (taken, findings) = (taking.taken, taking.findings);
    add_checks(tree, &shared, &taken, first_use);
    findings
}

struct Taking<'s, 'p> {
    shared: &'s DeTable<'static>,
    place: &'p dyn Fn(Range<usize>) -> Place,
    taken: Taken,
    findings: Vec<Diagnostic>,
}

impl Taking<'_, '_> {
    fn error(&mut self, code: &'static str, span: Range<usize>, message: Text, hint: Option<Text>) {
        let finding = Diagnostic::error(code, (self.place)(span), message);
        self.findings.push(Diagnostic { hint, ..finding });
    }

    /// The shared sheet with what the pack says of its own; `None` when there is no such sheet.
    fn sheet<'t>(&mut self, mut own: DeTable<'t>) -> Option<DeTable<'t>> {
        let used = own.remove("use")?;
        let (span, name) = (used.span(), text_of(used.get_ref()).unwrap_or_default().to_owned());
        let known = tables(self.shared.get("sheet"));
        let ids: Vec<&str> = known.iter().filter_map(|table| id_of(table)).collect();
        let Some(shared) = known.into_iter().find(|table| id_of(table) == Some(name.as_str())) else {
            let hint = match nearest(&name, ids.iter().copied()) {
                Some(near) => text!("có phải là “{near}”?", "did you mean “{near}”?"),
                None => {
                    let all = ids.join(", ");
                    text!("các trang dùng chung: {all}", "shared sheets: {all}")
                }
            };
            let message = text!(
                "không có trang dùng chung “{name}”",
                "there is no shared sheet “{name}”"
            );
            self.error("goi/trang-chung-la", span, message, Some(hint));
            return None;
        };
        if let Some(id) = own.get("id").filter(|id| text_of(id.get_ref()) != Some(name.as_str())) {
            let message = text!(
                "trang dùng chung giữ mã “{name}” của nó, không đặt mã khác được",
                "a shared sheet keeps its id “{name}”"
            );
            self.error(
                "goi/trang-chung-ma",
                id.span(),
                message,
                Some(Text::new(
                    "bỏ khoá id ở trang này",
                    "leave the key id out of this sheet",
                )),
            );
        }
        let mut fields = fields_of(shared, &span);
        self.leave_out(&mut fields, own.remove("without"), &name);
        for field in listed(own.remove("field")) {
            self.field(&mut fields, field, &name);
        }
        let ids = fields
            .iter()
            .filter_map(|field| id_of_value(field.get_ref()).map(str::to_owned));
        self.taken.insert(name, ids.collect());
        let mut result = moved(shared, &span);
        result.extend(own);
        let mut array = DeArray::new();
        fields.into_iter().for_each(|field| array.push(field));
        result.insert(
            Spanned::new(span.clone(), "field".into()),
            Spanned::new(span, DeValue::Array(array)),
        );
        Some(result)
    }

    fn leave_out<'t>(
        &mut self,
        fields: &mut Vec<Spanned<DeValue<'t>>>,
        without: Option<Spanned<DeValue<'t>>>,
        sheet: &str,
    ) {
        for entry in listed(without) {
            let name = text_of(entry.get_ref()).unwrap_or_default();
            match position(fields, name) {
                Some(index) => drop(fields.remove(index)),
                None => {
                    let (message, hint) = no_such_field(fields, name, sheet);
                    self.error("goi/truong-chung-la", entry.span(), message, hint);
                }
            }
        }
    }

    /// Changes a shared field, or adds one of the pack's own.
    fn field<'t>(&mut self, fields: &mut Vec<Spanned<DeValue<'t>>>, field: Spanned<DeValue<'t>>, sheet: &str) {
        let span = field.span();
        let DeValue::Table(mut own) = field.into_inner() else {
            // Left as it is: reading the manifest says what a field must be.
            return;
        };
        let after = own.remove("after");
        let id = own
            .get("id")
            .map(|id| (id.span(), text_of(id.get_ref()).unwrap_or_default().to_owned()));
        let shared = id.as_ref().and_then(|(_, id)| position(fields, id));
        let field = match shared {
            Some(index) => {
                let mut field = fields.remove(index);
                if let DeValue::Table(table) = field.get_mut() {
                    table.extend(own);
                }
                (Some(index), field)
            }
            None => {
                // A field of the pack's own says its type; one without was to change a shared one.
                if let Some((span, id)) = id.filter(|_| !own.contains_key("type")) {
                    let (message, hint) = no_such_field(fields, &id, sheet);
                    self.error("goi/truong-chung-la", span, message, hint);
                    return;
                }
                (None, Spanned::new(span, DeValue::Table(own)))
            }
        };
        let index = match &after {
            None => field.0,
            Some(after) => {
                let name = text_of(after.get_ref()).unwrap_or_default();
                let found = position(fields, name);
                if found.is_none() {
                    let (message, hint) = no_such_field(fields, name, sheet);
                    self.error("goi/truong-chung-la", after.span(), message, hint);
                }
                found.map(|index| index + 1).or(field.0)
            }
        };
        fields.insert(index.unwrap_or(fields.len()).min(fields.len()), field.1);
    }
}

fn no_such_field(fields: &[Spanned<DeValue>], name: &str, sheet: &str) -> (Text, Option<Text>) {
    let ids: Vec<&str> = fields.iter().filter_map(|field| id_of_value(field.get_ref())).collect();
    let hint = match nearest(name, ids.iter().copied()) {
        Some(near) => text!("có phải là “{near}”?", "did you mean “{near}”?"),
        None => {
            let all = ids.join(", ");
            text!(
                "các mục của trang này: {all}; mục riêng của gói cần có type",
                "fields of this sheet: {all}; a field of the pack's own needs a type"
            )
        }
    };
    let message = text!(
        "trang dùng chung “{sheet}” không có mục “{name}”",
        "the shared sheet “{sheet}” has no field “{name}”"
    );
    (message, Some(hint))
}

/// Adds the shared checks all of whose fields the pack has taken.
fn add_checks(tree: &mut DeTable<'_>, shared: &DeTable<'static>, taken: &Taken, span: Range<usize>) {
    let has = |(sheet, field): (&str, &str)| {
        taken
            .get(sheet)
            .is_some_and(|fields| fields.iter().any(|known| known == field))
    };
    let mut wanted = Vec::new();
    for check in tables(shared.get("check")) {
        let table = Spanned::new(0..0, check.clone());
        let typed = Check::deserialize(toml::de::Deserializer::from(table));
        if typed.is_ok_and(|check| check.rule.is_some_and(|rule| rule.fields().into_iter().all(has))) {
            wanted.push(Spanned::new(span.clone(), DeValue::Table(moved(check, &span))));
        }
    }
    if wanted.is_empty() {
        return;
    }
    let own = listed(tree.remove("check"));
    let mut all = DeArray::new();
    own.into_iter().chain(wanted).for_each(|check| all.push(check));
    tree.insert(
        Spanned::new(span.clone(), "check".into()),
        Spanned::new(span, DeValue::Array(all)),
    );
}

fn fields_of(sheet: &DeTable<'static>, span: &Range<usize>) -> Vec<Spanned<DeValue<'static>>> {
    let fields = tables(sheet.get("field")).into_iter();
    fields
        .map(|field| Spanned::new(span.clone(), DeValue::Table(moved(field, span))))
        .collect()
}

fn tables<'a, 't>(value: Option<&'a Spanned<DeValue<'t>>>) -> Vec<&'a DeTable<'t>> {
    let Some(DeValue::Array(list)) = value.map(Spanned::get_ref) else {
        return Vec::new();
    };
    let table = |entry: &'a Spanned<DeValue<'t>>| match entry.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    };
    list.iter().filter_map(table).collect()
}

fn listed<'t>(value: Option<Spanned<DeValue<'t>>>) -> Vec<Spanned<DeValue<'t>>> {
    match value.map(Spanned::into_inner) {
        Some(DeValue::Array(list)) => list.into_iter().collect(),
        _ => Vec::new(),
    }
}

fn position(fields: &[Spanned<DeValue>], id: &str) -> Option<usize> {
    fields.iter().position(|field| id_of_value(field.get_ref()) == Some(id))
}

fn id_of_value<'v>(value: &'v DeValue) -> Option<&'v str> {
    match value {
        DeValue::Table(table) => id_of(table),
        _ => None,
    }
}

fn id_of<'v>(table: &'v DeTable) -> Option<&'v str> {
    text_of(table.get("id")?.get_ref())
}

fn text_of<'v>(value: &'v DeValue) -> Option<&'v str> {
    match value {
        DeValue::String(text) => Some(text),
        _ => None,
    }
}

/// A copy in which everything has one place.
fn moved(table: &DeTable<'static>, span: &Range<usize>) -> DeTable<'static> {
    let entries = table.iter().map(|(key, value)| {
        let value = moved_value(value.get_ref(), span);
        (
            Spanned::new(span.clone(), key.get_ref().clone()),
            Spanned::new(span.clone(), value),
        )
    });
    entries.collect()
}

fn moved_value(value: &DeValue<'static>, span: &Range<usize>) -> DeValue<'static> {
    match value {
        DeValue::Table(table) => DeValue::Table(moved(table, span)),
        DeValue::Array(list) => {
            let mut array = DeArray::new();
            for entry in list.iter() {
                array.push(Spanned::new(span.clone(), moved_value(entry.get_ref(), span)));
            }
            DeValue::Array(array)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Lang;
    use crate::pack::tests::SMALL;
    use crate::pack::{Files, MANIFEST, Origin, Pack};

    /// The small pack with a sheet in place of its own form.
    fn parse(sheet: &str) -> Result<Pack, String> {
        let start = SMALL.find("[[sheet]]").expect("a sheet");
        let end = SMALL[start + 1..].find("[[sheet]]").expect("another") + start + 1;
        let manifest =
            format!("{}{sheet}\n{}", &SMALL[..start], &SMALL[end..]).replace("thong_tin.nam", "thong_tin.ten_xa");
        let mut files = Files::from([(MANIFEST.to_owned(), manifest.into_bytes().into())]);
        for name in ["bao-cao.docx", "bao-cao.md"] {
            files.insert(name.to_owned(), b"x"[..].into());
        }
        Pack::parse(files, Origin::Folder("nho".into())).map_err(|findings| findings.print(Lang::Vi))
    }

    fn ids(pack: &Pack) -> Vec<&str> {
        pack.schema.sheets[0]
            .fields
            .iter()
            .map(|field| field.id.as_str())
            .collect()
    }

    #[test]
    fn the_shared_file_is_sound() {
        let (tree, mistakes) = DeTable::parse_recoverable(SHARED);
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let manifest = format!(
            "id = \"chung\"\nversion = \"1.0.0\"\nname = \"Chung\"\n{SHARED}\n[[output]]\nid = \"a\"\nlabel = \"A\"\n\
             template = \"a.docx\"\nfile_name = \"a\"\n"
        );
        let files = Files::from([
            (MANIFEST.to_owned(), manifest.into_bytes().into()),
            ("a.docx".to_owned(), b"x"[..].into()),
        ]);
        let pack = Pack::parse(files, Origin::Folder("chung".into()));
        assert!(pack.is_ok(), "{}", pack.expect_err("faults").print(Lang::Vi));
        assert_eq!(
            tables(tree.get_ref().get("sheet")).len(),
            pack.expect("sound").schema.sheets.len()
        );
    }

    #[test]
    fn a_sheet_is_taken_changed_and_added_to() {
        let pack = parse(
            "[[sheet]]\nuse = \"thong_tin\"\nname = \"Thông tin văn bản\"\nwithout = [\"dia_danh\"]\n\
             [[sheet.field]]\nid = \"ky_hieu\"\ndefault = \"QĐ-UBND\"\n\
             [[sheet.field]]\nid = \"nam\"\nlabel = \"Năm\"\ntype = \"year\"\nafter = \"ngay\"\n\
             [[sheet.field]]\nid = \"cuoi\"\nlabel = \"Cuối\"\ntype = \"text\"\n",
        )
        .unwrap_or_else(|said| panic!("{said}"));
        assert_eq!(
            ids(&pack).join(" "),
            "so_van_ban ky_hieu loai_don_vi ten_xa huyen tinh ngay nam chuc_vu nguoi_ky cuoi"
        );
        let sheet = &pack.schema.sheets[0];
        assert_eq!(
            (sheet.id.as_str(), sheet.name.as_str()),
            ("thong_tin", "Thông tin văn bản")
        );
        let (_, symbol) = sheet.field("ky_hieu").expect("the field");
        assert_eq!(
            (symbol.label.as_str(), symbol.default.as_deref()),
            ("Ký hiệu", Some("QĐ-UBND"))
        );
        // The rules about the district came along.
        assert_eq!(pack.schema.checks.len(), 2);
    }

    #[test]
    fn a_check_stays_behind_with_a_field_that_is_left_out() {
        let pack = parse("[[sheet]]\nuse = \"thong_tin\"\nwithout = [\"huyen\"]\n").expect("sound");
        assert!(pack.schema.checks.is_empty());
    }

    #[test]
    fn faults_lead_to_their_lines_and_name_the_nearest() {
        let said = |sheet: &str| parse(sheet).err().unwrap_or_default();
        for (sheet, expected) in [
            (
                "[[sheet]]\nuse = \"thong_tim\"\n",
                ["goi/trang-chung-la", "dòng 14, cột 7", "“thong_tin”"],
            ),
            (
                "[[sheet]]\nuse = \"zzzzzzz\"\n",
                ["goi/trang-chung-la", "các trang dùng chung", "noi_nhan"],
            ),
            (
                "[[sheet]]\nuse = \"thong_tin\"\nid = \"khac\"\n",
                ["goi/trang-chung-ma", "dòng 15, cột 6", "bỏ khoá id"],
            ),
            (
                "[[sheet]]\nuse = \"noi_nhan\"\n[[legal_basis]]\nid = \"a\"\nkind = \"b\"\nname = \"c\"\namends = [\"luat-tdkt-2023\"]\n",
                ["goi/can-cu-sai", "dòng 16, cột 6", "“luat-tdkt-2003”"],
            ),
            (
                "[[sheet]]\nuse = \"thong_tin\"\nwithout = [\"huyne\"]\n",
                ["goi/truong-chung-la", "dòng 15, cột 12", "“huyen”"],
            ),
            (
                "[[sheet]]\nuse = \"thong_tin\"\n[[sheet.field]]\nid = \"ky_hieuu\"\nlabel = \"x\"\n",
                ["goi/truong-chung-la", "dòng 16, cột 6", "“ky_hieu”"],
            ),
            (
                "[[sheet]]\nuse = \"thong_tin\"\n[[sheet.field]]\nid = \"nam\"\nlabel = \"x\"\ntype = \"year\"\nafter = \"ngya\"\n",
                ["goi/truong-chung-la", "dòng 19, cột 9", "“ngay”"],
            ),
            (
                "[[sheet]]\nuse = \"thong_tin\"\n[[sheet.field]]\nid = \"ngay\"\nrequired = 5\n",
                ["goi/sai-kieu", "dòng 17, cột 12", "true hoặc false"],
            ),
            (
                "[[sheet]]\nuse = \"thong_tin\"\n[[sheet.field]]\nid = \"ngay\"\ndefault = \"hôm nay\"\n",
                ["goi/luoc-do", "dòng 16, cột 6", "hôm nay"],
            ),
        ] {
            let said = said(sheet);
            for part in expected {
                assert!(said.contains(part), "“{part}” is not in\n{said}");
            }
        }
    }
}
