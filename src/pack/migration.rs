//! How a workbook that was made by another version of its pack is read: with what changed since, as the manifest states it,
//! or not at all.
//!
//! In: the manifest's `reads` and `[[migration]]` tables, and the version that a workbook is stamped with. Out: the schema
//! with the old labels, tabs and choices as further names, and what is to be told; or why the workbook is refused.
//!
//! `from` of a migration is the last version that still had what it changes: it holds for workbooks of that version and all
//! before it. Those of several migrations are applied in the order of their versions. Figures are never moved or computed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Pack, Version};
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::schema::{Schema, SchemaFault, Sheet};
use crate::text;
use crate::value::Type;
use crate::vietnamese::{fold, nearest};

/// One `[[migration]]` of a manifest. Sheets are named by their ids, fields as `sheet.field`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Migration {
    /// The last version that still had what is changed: `1.0.0`.
    pub from: String,
    /// New id by old id.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// What a sheet or field was called in the workbook, by its old id; by its own where only the label changed.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Ids that are no more.
    #[serde(default)]
    pub removed: BTreeSet<String>,
    /// New choice by old choice, by the id of the field.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// What people should know, Vietnamese.
    pub note: Option<String>,
}

/// How a workbook is read.
#[derive(Clone, Debug)]
pub struct Standing<'p> {
    /// The sheets to look for: the pack's, with the names of an older version where the workbook is of one.
    pub schema: Cow<'p, Schema>,
    /// New id by old id of sheets and fields, as users may have written them down.
    pub renamed: BTreeMap<String, String>,
    /// What is to be told: a warning.
    pub finding: Option<Diagnostic>,
}

/// What an id is in the present schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Sheet(usize),
    Field(usize, usize),
    Removed,
}

/// Most changes named in one finding.
const MOST_CHANGES: usize = 8;
/// Most migrations of a pack; each is looked at together with those after it.
const MOST_MIGRATIONS: usize = 100;
/// Most mistakes told; more than anybody reads.
const MOST_FAULTS: usize = 50;

impl Pack {
    /// How a workbook with a stamp is read. Errors: the finding that tells why it is not.
    pub fn standing(&self, stamp: Option<&str>) -> Result<Standing<'_>, Box<Diagnostic>> {
        let as_it_is = |finding| Standing {
            schema: Cow::Borrowed(&self.schema),
            renamed: BTreeMap::new(),
            finding,
        };
        let Some(stamp) = stamp.filter(|stamp| *stamp != self.version) else {
            return Ok(as_it_is(None));
        };
        let (Some(made), Some(own)) = (Version::parse(stamp), Version::parse(&self.version)) else {
            return Ok(as_it_is(Some(other_version(stamp, &self.version))));
        };
        if made > own {
            let finding = newer(made, own);
            return match made.major() > own.major() {
                true => Err(Box::new(finding)),
                false => Ok(as_it_is(Some(Diagnostic {
                    severity: crate::diagnostic::Severity::Warning,
                    ..finding
                }))),
            };
        }
        if let Some(reads) = self.reads.as_deref().and_then(Version::parse)
            && made < reads
        {
            return Err(Box::new(too_old(made, reads, self)));
        }
        let applied = Applied::new(&self.schema, &self.migrations, made);
        if applied.is_nothing {
            // Who states from which version on workbooks are read has thought of this one.
            let is_stated = self.reads.is_some() || !self.migrations.is_empty();
            return Ok(as_it_is((!is_stated).then(|| other_version(stamp, &self.version))));
        }
        Ok(Standing {
            finding: Some(applied.finding(made, own)),
            schema: Cow::Owned(applied.schema),
            renamed: applied.renamed,
        })
    }
}

fn other_version(stamp: &str, own: &str) -> Diagnostic {
    Diagnostic::warning(
        "goi/khac-phien-ban",
        Place::File,
        text!(
            "sổ tính này làm từ gói phiên bản {stamp}, gói đang dùng là phiên bản {own}",
            "this workbook was made by version {stamp} of the pack, the pack in use is version {own}"
        ),
    )
    .hint(text!(
        "xem kỹ kết quả; nếu thiếu ô thì xin sổ tính trống mới",
        "look at the result closely; if cells are missing, ask for a new blank workbook"
    ))
}

fn newer(made: Version, own: Version) -> Diagnostic {
    Diagnostic::error(
        "goi/so-tinh-moi-hon",
        Place::File,
        text!(
            "sổ tính này làm từ gói phiên bản {made}, mới hơn gói đang dùng (phiên bản {own})",
            "this workbook was made by version {made} of the pack, later than the pack in use (version {own})"
        ),
    )
    .hint(text!(
        "xin tệp gói phiên bản {made} rồi cài bằng baocao pack install",
        "ask for the file of version {made} of the pack and install it with baocao pack install"
    ))
}

fn too_old(made: Version, reads: Version, pack: &Pack) -> Diagnostic {
    let (id, own) = (&pack.id, &pack.version);
    Diagnostic::error(
        "goi/so-tinh-qua-cu",
        Place::File,
        text!(
            "sổ tính này làm từ gói phiên bản {made}; gói phiên bản {own} chỉ đọc sổ tính từ phiên bản {reads}",
            "this workbook was made by version {made} of the pack; version {own} reads workbooks from version {reads} on"
        ),
    )
    .hint(text!(
        "xin sổ tính trống mới (baocao blank {id}) rồi chép số liệu sang",
        "ask for a new blank workbook (baocao blank {id}) and copy the data over"
    ))
}

/// The schema with what migrations say of workbooks of a version.
struct Applied {
    schema: Schema,
    renamed: BTreeMap<String, String>,
    changes: Vec<Text>,
    notes: Vec<String>,
    is_nothing: bool,
}

/// Migrations by their versions, each with its place in the manifest; those without a proper version left out.
fn in_order(migrations: &[Migration]) -> Vec<(Version, usize, &Migration)> {
    let mut order: Vec<_> = migrations
        .iter()
        .enumerate()
        .filter_map(|(index, migration)| Some((Version::parse(&migration.from)?, index, migration)))
        .collect();
    order.sort_by_key(|(from, index, _)| (*from, *index));
    order
}

/// An old id as a migration and those after it rename it; `None` when it is removed.
fn renamed(id: &str, migrations: &[&Migration]) -> Option<String> {
    let mut id = id.to_owned();
    for migration in migrations {
        if migration.removed.contains(&id) {
            return None;
        }
        if let Some(new) = migration.rename.get(&id) {
            id.clone_from(new);
        } else if let Some((sheet, field)) = id.split_once('.')
            && let Some(sheet) = migration.rename.get(sheet)
        {
            id = format!("{sheet}.{field}");
        }
    }
    Some(id)
}

fn find(schema: &Schema, id: &str) -> Option<Target> {
    match id.split_once('.') {
        None => schema.sheet(id).map(|(index, _)| Target::Sheet(index)),
        Some((sheet, field)) => {
            let (sheet, declared) = schema.sheet(sheet)?;
            Some(Target::Field(sheet, declared.field(field)?.0))
        }
    }
}

impl Applied {
    fn new(schema: &Schema, migrations: &[Migration], made: Version) -> Self {
        let mut applied = Self {
            schema: schema.clone(),
            renamed: BTreeMap::new(),
            changes: Vec::new(),
            notes: Vec::new(),
            is_nothing: true,
        };
        let order: Vec<&Migration> = in_order(migrations)
            .into_iter()
            .filter(|(from, ..)| *from >= made)
            .map(|(.., migration)| migration)
            .collect();
        for (index, migration) in order.iter().enumerate() {
            applied.is_nothing = false;
            applied.add(migration, &order[index..]);
        }
        applied
    }

    /// Adds a migration, the first of those that are left.
    fn add(&mut self, migration: &Migration, left: &[&Migration]) {
        let find = |schema: &Schema, id: &str| match renamed(id, left) {
            None => Some(Target::Removed),
            Some(id) => find(schema, &id),
        };
        for old in migration.rename.keys() {
            if let Some(new) = renamed(old, left) {
                self.renamed.insert(old.clone(), new);
            }
        }
        for (id, label) in &migration.labels {
            match find(&self.schema, id) {
                Some(Target::Sheet(index)) => self.sheet(index, label),
                Some(Target::Field(sheet, field)) => self.field(sheet, field, label),
                Some(Target::Removed) => self
                    .changes
                    .push(text!("“{label}” không còn dùng", "“{label}” is no longer used")),
                None => {}
            }
        }
        for (id, values) in &migration.values {
            if let Some(Target::Field(sheet, field)) = find(&self.schema, id) {
                values.iter().for_each(|(old, new)| self.choice(sheet, field, old, new));
            }
        }
        self.notes.extend(migration.note.clone());
    }

    fn sheet(&mut self, index: usize, label: &str) {
        let Some(sheet) = self.schema.sheets.get_mut(index) else {
            return;
        };
        let name = &sheet.name;
        self.changes.push(text!(
            "trang “{label}” nay là “{name}”",
            "the sheet “{label}” is now “{name}”"
        ));
        add_name(&sheet.name, &mut sheet.aliases, label);
    }

    fn field(&mut self, sheet: usize, field: usize, label: &str) {
        let Some(sheet) = self.schema.sheets.get_mut(sheet) else {
            return;
        };
        let word = word(sheet);
        let Some(field) = sheet.fields.get_mut(field) else {
            return;
        };
        let (name, (vi, en)) = (&field.label, word);
        self.changes.push(text!(
            "{vi} “{label}” nay là “{name}”",
            "the {en} “{label}” is now “{name}”"
        ));
        add_name(&field.label, &mut field.aliases, label);
    }

    fn choice(&mut self, sheet: usize, field: usize, old: &str, new: &str) {
        let Some(sheet) = self.schema.sheets.get_mut(sheet) else {
            return;
        };
        let (vi, en) = word(sheet);
        let Some(field) = sheet.fields.get_mut(field) else {
            return;
        };
        let label = &field.label;
        self.changes.push(text!(
            "ở {vi} “{label}”, “{old}” được đọc là “{new}”",
            "in the {en} “{label}”, “{old}” is read as “{new}”"
        ));
        if let Some(choice) = field.choices.iter_mut().find(|choice| choice.value == new) {
            add_name(&choice.value, &mut choice.aliases, old);
        }
    }

    /// What a user is told of a workbook that was read this way.
    fn finding(&self, made: Version, own: Version) -> Diagnostic {
        let mut vi: Vec<&str> = self.changes.iter().map(|change| change.vi.as_str()).collect();
        let mut en: Vec<&str> = self.changes.iter().map(|change| change.en.as_str()).collect();
        let more = vi.len().saturating_sub(MOST_CHANGES);
        vi.truncate(MOST_CHANGES);
        en.truncate(MOST_CHANGES);
        let (mut vi, mut en) = (vi.join("; "), en.join("; "));
        if more > 0 {
            vi.push_str(&format!("; và {more} thay đổi khác"));
            en.push_str(&format!("; and {more} more changes"));
        }
        if !vi.is_empty() {
            vi.insert_str(0, ": ");
            en.insert_str(0, ": ");
        }
        let finding = Diagnostic::warning(
            "goi/da-doi-phien-ban",
            Place::File,
            text!(
                "sổ tính làm từ phiên bản {made}; đã đọc theo phiên bản {own}{vi}",
                "the workbook was made by version {made}; it was read as version {own}{en}"
            ),
        );
        finding.hint(match self.notes.is_empty() {
            true => Text::new(
                "xem lại kết quả ở các chỗ ấy; lần sau dùng sổ tính trống mới",
                "look at the result in these places; use a new blank workbook next time",
            ),
            false => {
                let notes = self.notes.join(" ");
                Text::new(notes.clone(), notes)
            }
        })
    }
}

/// What people call a field of a sheet.
fn word(sheet: &Sheet) -> (&'static str, &'static str) {
    match sheet.has_rows() {
        true => ("cột", "column"),
        false => ("mục", "field"),
    }
}

/// Adds a name by which something is found, unless it is found by it already.
fn add_name(own: &str, aliases: &mut Vec<String>, name: &str) {
    let folded = fold(name);
    if fold(own) != folded && !aliases.iter().any(|alias| fold(alias) == folded) {
        aliases.push(name.to_owned());
    }
}

/// What is wrong with a manifest's `reads` and migrations; a fault's path is `reads`, or `migration 2`, counted from 1.
pub(super) fn validate(
    schema: &Schema,
    version: &str,
    reads: Option<&str>,
    migrations: &[Migration],
) -> Vec<SchemaFault> {
    let mut check = Check {
        schema,
        own: Version::parse(version),
        reads: reads.and_then(Version::parse),
        faults: Vec::new(),
        path: String::new(),
    };
    if let Some(reads) = reads {
        check.path = "reads".into();
        check.reads(reads);
    }
    if migrations.len() > MOST_MIGRATIONS {
        check.path = format!("migration {}", MOST_MIGRATIONS + 1);
        check.add(text!(
            "gói có hơn {MOST_MIGRATIONS} mục [[migration]]; bỏ các mục cũ và đặt reads",
            "the pack has more than {MOST_MIGRATIONS} [[migration]] tables; take old ones out and set reads"
        ));
        return check.faults;
    }
    for (index, migration) in migrations.iter().enumerate() {
        check.path = format!("migration {}", index + 1);
        check.version(migration);
    }
    let order = in_order(migrations);
    let mut seen = BTreeSet::new();
    for (position, (from, index, migration)) in order.iter().enumerate() {
        check.path = format!("migration {}", index + 1);
        if !seen.insert(*from) {
            check.add(text!(
                "đã có [[migration]] khác cho phiên bản {from}",
                "there is another [[migration]] for version {from}"
            ));
        }
        let left: Vec<&Migration> = order[position..].iter().map(|(.., migration)| *migration).collect();
        check.ids(migration, &left);
        check.labels(migration, &left);
        check.values(migration, &left);
    }
    if check.faults.is_empty() {
        for (from, index, _) in &order {
            check.path = format!("migration {}", index + 1);
            check.clashes(&Applied::new(schema, migrations, *from).schema);
        }
    }
    check.faults
}

struct Check<'s> {
    schema: &'s Schema,
    own: Option<Version>,
    reads: Option<Version>,
    faults: Vec<SchemaFault>,
    path: String,
}

impl Check<'_> {
    fn add(&mut self, message: Text) {
        if !self.is_full() {
            self.faults.push(SchemaFault {
                path: self.path.clone(),
                message,
                within: None,
            });
        }
    }

    /// Whether enough is wrong to be told.
    fn is_full(&self) -> bool {
        self.faults.len() >= MOST_FAULTS
    }

    fn reads(&mut self, reads: &str) {
        match (Version::parse(reads), self.own) {
            (None, _) => self.add(text!(
                "reads cần ba số như 1.0.0, ở đây ghi “{reads}”",
                "reads needs three numbers like 1.0.0; this is “{reads}”"
            )),
            (Some(reads), Some(own)) if reads > own => self.add(text!(
                "reads {reads} mới hơn phiên bản {own} của chính gói",
                "reads {reads} is later than the pack's own version {own}"
            )),
            _ => {}
        }
    }

    fn version(&mut self, migration: &Migration) {
        let text = &migration.from;
        match Version::parse(text) {
            None => self.add(text!(
                "from cần ba số như 1.0.0, ở đây ghi “{text}”",
                "from needs three numbers like 1.0.0; this is “{text}”"
            )),
            Some(from) if self.own.is_some_and(|own| from >= own) => self.add(text!(
                "from là phiên bản cuối cùng trước khi thay đổi, phải cũ hơn phiên bản của gói; ở đây ghi {from}",
                "from is the last version before the change, earlier than the pack's own; this is {from}"
            )),
            Some(from) if self.reads.is_some_and(|reads| from < reads) => self.add(text!(
                "gói không đọc sổ tính cũ đến {from} (xem reads), mục này không bao giờ được dùng",
                "workbooks as old as {from} are not read (see reads); this is never used"
            )),
            Some(_) => {}
        }
    }

    /// Whether an id is of this schema or is changed by a later migration.
    fn is_known(&self, id: &str, later: &[&Migration]) -> bool {
        match renamed(id, later) {
            Some(new) => find(self.schema, &new).is_some(),
            None => true,
        }
    }

    fn ids(&mut self, migration: &Migration, left: &[&Migration]) {
        let later = left.get(1..).unwrap_or_default();
        let mut taken: BTreeMap<&String, &String> = BTreeMap::new();
        for (old, new) in &migration.rename {
            if let Some(other) = taken.insert(new, old) {
                self.add(text!(
                    "“{other}” và “{old}” cùng được đổi thành “{new}”",
                    "“{other}” and “{old}” both become “{new}”"
                ));
            }
            if find(self.schema, old).is_some() {
                self.add(text!(
                    "“{old}” đổi thành “{new}”, nhưng gói vẫn còn “{old}”",
                    "“{old}” is renamed to “{new}”, but the pack still has “{old}”"
                ));
            }
            if !self.is_known(new, later) {
                self.unknown(new);
                continue;
            }
            let (sheet, new_sheet) = (old.split_once('.'), new.split_once('.'));
            let is_same_kind = match (sheet, new_sheet) {
                (None, None) => true,
                (Some((sheet, _)), Some((new_sheet, _))) => renamed(sheet, left) == renamed(new_sheet, later),
                _ => false,
            };
            if !is_same_kind {
                self.add(text!(
                    "“{old}” không đổi thành “{new}” được: trang đổi thành trang, cột chỉ đổi tên trong trang của nó",
                    "“{old}” can't become “{new}”: a sheet becomes a sheet, a field is renamed within its sheet only"
                ));
            }
        }
        for old in &migration.removed {
            if find(self.schema, old).is_some() {
                self.add(text!(
                    "“{old}” được ghi là đã bỏ, nhưng gói vẫn còn",
                    "“{old}” is listed as removed, but the pack still has it"
                ));
            }
            if migration.rename.contains_key(old) {
                self.add(text!(
                    "“{old}” vừa được ghi là đổi tên, vừa là đã bỏ",
                    "“{old}” is both renamed and removed"
                ));
            }
        }
    }

    fn labels(&mut self, migration: &Migration, left: &[&Migration]) {
        for (id, label) in &migration.labels {
            if fold(label).is_empty() {
                self.add(text!(
                    "nhãn cũ “{label}” của “{id}” không có chữ nào",
                    "the old label “{label}” of “{id}” has no letter"
                ));
            }
            if !self.is_known(id, left) {
                self.unknown_old(id, migration);
            }
        }
    }

    fn values(&mut self, migration: &Migration, left: &[&Migration]) {
        for (id, values) in &migration.values {
            let found = renamed(id, left).and_then(|id| find(self.schema, &id));
            let field = match found {
                Some(Target::Field(sheet, field)) => {
                    self.schema.sheets.get(sheet).and_then(|sheet| sheet.fields.get(field))
                }
                _ => None,
            };
            let Some(field) = field else {
                self.unknown_old(id, migration);
                continue;
            };
            if field.ty != Type::Choice {
                self.add(text!(
                    "“{id}” không phải cột chọn trong danh mục (choice), không có giá trị để đổi",
                    "“{id}” is no choice; it has no values to change"
                ));
                continue;
            }
            for (old, new) in values {
                let names = || field.choices.iter().map(|choice| choice.value.as_str());
                if !names().any(|name| name == new) {
                    let near = near(new, names());
                    self.add(text!(
                        "“{new}” không có trong danh mục của “{id}”{}",
                        "“{new}” is not among the choices of “{id}”{}",
                        near
                    ));
                }
                if names().any(|name| fold(name) == fold(old)) {
                    self.add(text!(
                        "“{old}” vẫn có trong danh mục của “{id}”, không đổi thành “{new}” được",
                        "“{old}” is still among the choices of “{id}”; it can't become “{new}”"
                    ));
                }
            }
        }
    }

    /// Names of an older version that now mean something else.
    fn clashes(&mut self, applied: &Schema) {
        let own = self.schema.validate();
        for fault in applied.validate().into_iter().filter(|fault| !own.contains(fault)) {
            let SchemaFault { path, message, .. } = fault;
            let (vi, en) = (message.vi, message.en);
            self.add(text!(
                "sổ tính cũ sẽ bị đọc nhầm ở {path}: {vi}",
                "older workbooks would be misread at {path}: {en}"
            ));
        }
    }

    fn unknown(&mut self, id: &str) {
        if self.is_full() {
            return;
        }
        let ids = ids(self.schema);
        let near = near(id, ids.iter().map(String::as_str));
        self.add(text!("gói không có “{id}”{}", "the pack has no “{id}”{}", near));
    }

    fn unknown_old(&mut self, id: &str, migration: &Migration) {
        if self.is_full() {
            return;
        }
        let mut ids = ids(self.schema);
        ids.extend(migration.rename.keys().cloned());
        ids.extend(migration.removed.iter().cloned());
        let near = near(id, ids.iter().map(String::as_str));
        self.add(text!(
            "“{id}” không phải trang hay cột của gói, cũng không có trong rename hay removed{}",
            "“{id}” is no sheet or field of the pack, and not in rename or removed{}",
            near
        ));
    }
}

/// The ids of sheets and fields as migrations write them.
fn ids(schema: &Schema) -> Vec<String> {
    let of_sheet = |sheet: &Sheet| {
        let fields = sheet.fields.iter().map(|field| format!("{}.{}", sheet.id, field.id));
        std::iter::once(sheet.id.clone()).chain(fields).collect::<Vec<_>>()
    };
    schema.sheets.iter().flat_map(of_sheet).collect()
}

/// The nearest of some names, as it follows a message in either language.
fn near<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, candidates).map_or_else(String::new, |near| format!(" (→ {near}?)"))
}

#[cfg(test)]
mod tests;
