//! A plug-in: one kind of report, as a folder of files, as one file ([`archive`]), or built into the program.
//!
//! In: the pack's files as bytes. Out: a [`Pack`] whose manifest and schema make sense, whose named files exist and whose
//! script compiles, or everything that is wrong with it at once. Reading folders, and the order in which they are searched,
//! is the caller's; templates are compiled by those who fill them.

pub mod archive;
pub mod dictionary;
mod manifest;
mod migration;
mod recognise;
mod rule;
mod selection;
mod shared;
mod version;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;

use self::manifest::{Manifest, Source};
pub use self::migration::{Migration, Standing};
pub use self::recognise::{Fit, fit, stamp};
pub use self::selection::{NotMade, Selection, SelectionFault};
pub use self::version::Version;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Text};
use crate::legal::Register;
use crate::outline;
use crate::schema::Schema;
use crate::script::{SCRIPT, Script};
use crate::template::Controls;
use crate::text;

/// The manifest's file name.
pub const MANIFEST: &str = "pack.toml";

/// What the name of an annotated copy of a template ends with; such a copy is no file of the pack.
pub const ANNOTATED: &str = " (chú thích).docx";

/// Most bytes of a manifest; more than anybody writes.
const MANIFEST_BYTES: usize = 1 << 20;

/// The files of a pack: path in its folder (`/` between names) to content.
pub type Files = crate::template::Files;

/// One kind of report.
#[derive(Clone, Debug)]
pub struct Pack {
    /// The name it is called by, also that of its folder: `bc-thi-dua-khen-thuong`.
    pub id: String,
    /// `1.0.0`; written into blank workbooks.
    pub version: String,
    /// The lowest version of the program that it needs: `0.1`.
    pub engine: Option<String>,
    /// The oldest version of it whose workbooks are read.
    pub reads: Option<String>,
    /// What changed since earlier versions, for reading their workbooks.
    pub migrations: Vec<Migration>,
    /// What people call it.
    pub name: String,
    /// A sentence or two about it.
    pub description: String,
    /// Printed where an optional value is missing.
    pub empty: String,
    /// What becomes of content controls that are filled.
    pub controls: Controls,
    /// The documents made of a workbook.
    pub outputs: Vec<Output>,
    /// The sheets it expects.
    pub schema: Schema,
    /// Its own checks and helpers.
    pub script: Option<Script>,
    /// All its files, the manifest among them.
    pub files: Files,
    /// Where it came from.
    pub origin: Origin,
}

/// One kind of document a pack makes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// ASCII snake_case: `bao_cao`.
    pub id: String,
    /// What people call it: `Báo cáo`.
    pub label: String,
    /// The file of the Word template.
    pub template: String,
    /// The text file the template is built from, if it is.
    pub source: Option<String>,
    /// The document's file name, without `.docx`; may hold tags.
    pub file_name: String,
    /// The table or list for each record of which one document is made; one for the workbook when absent.
    pub for_each: Option<String>,
    /// The formula that decides which records have one, or whether the workbook has.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// The order of the records: `don_vi`, `-so_tien`, `ho_ten by name`.
    #[serde(default)]
    pub sort: Vec<String>,
    /// Whether all records go into one document, each on pages of its own.
    #[serde(default)]
    pub one_file: bool,
    /// Which rules its layout is held against when the pack is checked.
    #[serde(default)]
    pub layout: Layout,
}

impl Output {
    /// Whether each record has a file of its own.
    pub fn is_per_record(&self) -> bool {
        self.for_each.is_some() && !self.one_file
    }
}

/// Which rules the layout of a document is held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Those of Decree 30/2020/NĐ-CP.
    #[default]
    Nd30,
    /// None: a certificate, a letter of thanks, a list for the office's own use.
    Free,
}

/// Where a pack came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    BuiltIn,
    /// A folder on disk.
    Folder(PathBuf),
    /// A file on disk that a pack was packed into.
    Archive(PathBuf),
}

impl Origin {
    /// The origin in words: the path, or that it is built in.
    pub fn text(&self) -> Text {
        match self {
            Origin::BuiltIn => Text::new("có sẵn trong chương trình", "built into the program"),
            Origin::Folder(path) | Origin::Archive(path) => {
                Text::new(path.display().to_string(), path.display().to_string())
            }
        }
    }
}

/// A pack that is part of the program, not yet parsed.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Its id.
    pub id: &'static str,
    /// Its files by name.
    pub files: &'static [(&'static str, &'static [u8])],
}

impl BuiltIn {
    /// The pack itself.
    pub fn parse(&self) -> Result<Pack, Diagnostics> {
        let files = self
            .files
            .iter()
            .map(|(name, bytes)| ((*name).to_owned(), Cow::Borrowed(*bytes)))
            .collect();
        Pack::parse(files, Origin::BuiltIn)
    }
}

/// A built-in pack whose folder holds the manifest and, for each output, a text source and the template built of it.
macro_rules! built_in {
    ($id:literal, $($output:literal),+) => {
        BuiltIn {
            id: $id,
            files: &[
                (MANIFEST, include_bytes!(concat!("../../templates/", $id, "/pack.toml"))),
                $(
                    (concat!($output, ".md"), include_bytes!(concat!("../../templates/", $id, "/", $output, ".md"))),
                    (concat!($output, ".docx"), include_bytes!(concat!("../../templates/", $id, "/", $output, ".docx"))),
                )+
            ],
        }
    };
}

/// The packs that are part of the program.
#[rustfmt::skip]
pub const BUILT_IN: &[BuiltIn] = &[
    built_in!("bc-thi-dua-khen-thuong", "bao-cao"),
    built_in!("bc-kinh-te-xa-hoi", "bao-cao"),
    built_in!("qd-khen-thuong", "quyet-dinh", "giay-khen"),
    built_in!("to-trinh-khen-thuong", "to-trinh"),
    built_in!("ke-hoach-thi-dua", "ke-hoach"),
];

/// Whether templates that can be built from a source must be there already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Templates {
    Present,
    ToBeBuilt,
}

impl Pack {
    /// Parses a pack's files; all that is wrong is told at once.
    pub fn parse(files: Files, origin: Origin) -> Result<Self, Diagnostics> {
        Self::parse_with(files, origin, Templates::Present)
    }

    /// The same for a pack whose Word templates may still have to be built from their text sources.
    pub fn parse_unbuilt(files: Files, origin: Origin) -> Result<Self, Diagnostics> {
        Self::parse_with(files, origin, Templates::ToBeBuilt)
    }

    fn parse_with(files: Files, origin: Origin, templates: Templates) -> Result<Self, Diagnostics> {
        let mut findings = Diagnostics::new();
        let pack = match manifest_text(&files) {
            Ok(text) => read(text, &files, &origin, templates, &mut findings),
            Err(finding) => {
                findings.push(*finding);
                None
            }
        };
        let mut script = None;
        if let Some(bytes) = files.get(SCRIPT) {
            match Script::parse(bytes) {
                Ok(compiled) => script = Some(compiled),
                Err(faults) => findings.extend(faults),
            }
        }
        match pack {
            Some((manifest, schema)) if !findings.has_errors() => Ok(Self {
                id: manifest.id,
                version: manifest.version,
                engine: manifest.engine,
                reads: manifest.reads,
                migrations: manifest.migrations,
                name: manifest.name,
                description: manifest.description,
                empty: manifest.empty,
                controls: manifest.controls,
                outputs: manifest.outputs,
                schema,
                script,
                files,
                origin,
            }),
            _ => {
                findings.set_file(MANIFEST);
                findings.sort(&[]);
                Err(findings)
            }
        }
    }

    /// The Word template of an output, built from its text source; `None` when it has none.
    pub fn build_template(&self, output: &Output) -> Option<Result<Vec<u8>, Diagnostics>> {
        let source = output.source.as_ref()?;
        let text = |name: &str| std::str::from_utf8(self.file(name)?).ok();
        let built = match text(source) {
            Some(text_of_source) => outline::build_with(text_of_source, &|name| text(name).map(str::to_owned)),
            None => Err(Diagnostics::from_iter([not_utf8()])),
        };
        Some(built.map_err(|mut findings| {
            findings.set_file(source);
            findings
        }))
    }

    /// The content of one of its files.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(AsRef::as_ref)
    }

    /// Names of its sheets, in their order, for putting findings in reading order.
    pub fn sheet_names(&self) -> Vec<String> {
        self.schema.sheets.iter().map(|sheet| sheet.name.clone()).collect()
    }
}

fn manifest_text(files: &Files) -> Result<&str, Box<Diagnostic>> {
    let Some(bytes) = files.get(MANIFEST) else {
        return Err(Box::new(Diagnostic::error(
            "goi/thieu-tep",
            Place::File,
            text!(
                "thư mục gói cần tệp {MANIFEST}, chưa có",
                "a pack folder needs the file {MANIFEST}; there is none"
            ),
        )));
    };
    if bytes.len() > MANIFEST_BYTES {
        let most = MANIFEST_BYTES >> 20;
        return Err(Box::new(Diagnostic::error(
            "goi/qua-lon",
            Place::File,
            text!("{MANIFEST} lớn hơn {most} MB", "{MANIFEST} is larger than {most} MB"),
        )));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Box::new(not_utf8()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn not_utf8() -> Diagnostic {
    Diagnostic::error(
        "goi/khong-utf8",
        Place::File,
        Text::new("tệp này không phải chữ UTF-8", "this file isn't UTF-8 text"),
    )
    .hint(Text::new("lưu lại tệp với bảng mã UTF-8", "save the file as UTF-8"))
}

fn read(
    text: &str,
    files: &Files,
    origin: &Origin,
    templates: Templates,
    findings: &mut Diagnostics,
) -> Option<(Manifest, Schema)> {
    let source = match Source::parse(text) {
        Ok(source) => source,
        Err(mistakes) => {
            findings.extend(mistakes);
            return None;
        }
    };
    // Keys that this program does not know are no mistakes of a pack that needs a later one: that comes before all else.
    if let Some(engine) = source.text_of("engine")
        && let Some(fault) = version::engine_fault(engine, source.locate_key("engine"))
    {
        findings.push(fault);
        return None;
    }
    let (manifest, mistakes) = source.read::<Manifest>();
    findings.extend(mistakes);
    let mut manifest = manifest?;
    let (legal, faults) = Register::with(std::mem::take(&mut manifest.legal));
    for fault in faults {
        let place = source.locate(&format!("legal_basis {}", fault.id));
        let finding = Diagnostic::error("goi/can-cu-sai", place, fault.message);
        findings.push(Diagnostic {
            hint: fault.hint,
            ..finding
        });
    }
    let schema = Schema {
        sheets: std::mem::take(&mut manifest.sheets),
        checks: std::mem::take(&mut manifest.checks),
        legal,
    };
    // The packs of the program itself are validated by its tests, not at every start.
    let is_own = *origin == Origin::BuiltIn;
    let faults = if is_own { Vec::new() } else { schema.validate() };
    for crate::schema::SchemaFault { path, message, within } in faults {
        let place = match within {
            Some((key, character)) => source.locate_within(&path, key, character),
            None => source.locate(&path),
        };
        let message = Text::new(format!("{path}: {}", message.vi), format!("{path}: {}", message.en));
        findings.push(Diagnostic::error("goi/luoc-do", place, message));
    }
    check_identity(&manifest, origin, &source, findings);
    let faults = if is_own {
        Vec::new()
    } else {
        manifest.migration_faults(&schema)
    };
    for fault in faults {
        let place = match fault.path.as_str() {
            "reads" => source.locate_key("reads"),
            path => source.locate(path),
        };
        findings.push(Diagnostic::error("goi/chuyen-phien-ban", place, fault.message));
    }
    check_outputs(&manifest.outputs, &schema, (files, templates), &source, findings);
    Some((manifest, schema))
}

fn check_identity(manifest: &Manifest, origin: &Origin, source: &Source, findings: &mut Diagnostics) {
    let Manifest { id, version, name, .. } = manifest;
    if !is_id(id, true) {
        findings.push(
            Diagnostic::error(
                "goi/ma-sai",
                source.locate_key("id"),
                text!(
                    "mã gói cần chữ thường không dấu, chữ số và gạch nối, bắt đầu bằng chữ; ở đây ghi “{id}”",
                    "a pack id needs lower-case ASCII letters, digits and hyphens, a letter first; this is “{id}”"
                ),
            )
            .hint(Text::new(
                "ví dụ: bc-thi-dua-khen-thuong",
                "for instance: bc-thi-dua-khen-thuong",
            )),
        );
    } else if let Origin::Folder(path) = origin
        && let Some(folder) = path.file_name()
        && folder != id.as_str()
    {
        let folder = folder.to_string_lossy();
        findings.push(
            Diagnostic::error(
                "goi/khac-thu-muc",
                source.locate_key("id"),
                text!(
                    "mã gói phải trùng tên thư mục “{folder}”, ở đây ghi “{id}”",
                    "a pack id must be its folder's name “{folder}”; this is “{id}”"
                ),
            )
            .hint(text!("đổi tên thư mục thành “{id}”", "rename the folder to “{id}”")),
        );
    }
    if Version::parse(version).is_none() {
        findings.push(Diagnostic::error(
            "goi/phien-ban-sai",
            source.locate_key("version"),
            text!(
                "phiên bản cần ba số như 1.0.0, ở đây ghi “{version}”",
                "a version needs three numbers like 1.0.0; this is “{version}”"
            ),
        ));
    }
    if name.trim().is_empty() {
        findings.push(Diagnostic::error(
            "goi/thieu-ten",
            source.locate_key("name"),
            Text::new(
                "gói cần một tên để người dùng đọc",
                "a pack needs a name that people read",
            ),
        ));
    }
    if manifest.outputs.is_empty() {
        findings.push(Diagnostic::error(
            "goi/thieu-khoa",
            Place::File,
            Text::new(
                "gói chưa có [[output]] nào: không biết xuất văn bản gì",
                "the pack has no [[output]]: there is no document to make",
            ),
        ));
    }
}

/// Most kinds of documents of a pack: each is compiled with every workbook.
const MOST_OUTPUTS: usize = 100;

fn check_outputs(
    outputs: &[Output],
    schema: &Schema,
    (files, templates): (&Files, Templates),
    source: &Source,
    findings: &mut Diagnostics,
) {
    let mut ids = BTreeSet::new();
    let mut patterns = BTreeSet::new();
    for (index, output) in outputs.iter().enumerate() {
        let id = &output.id;
        // By position, for an id may be there twice.
        let place = source.locate(&format!("output {}", index + 1));
        if index == MOST_OUTPUTS {
            let finding = Diagnostic::error(
                "goi/qua-nhieu-muc",
                place,
                text!(
                    "gói có hơn {MOST_OUTPUTS} mục [[output]]",
                    "the pack has more than {MOST_OUTPUTS} [[output]] tables"
                ),
            );
            findings.push(finding.hint(Text::new(
                "một văn bản cho mỗi dòng thì dùng for_each",
                "for a document for each row use for_each",
            )));
            break;
        }
        let mut fault = |code, message: Text, hint: Option<Text>| {
            let finding = Diagnostic::error(code, place.clone(), message);
            findings.push(Diagnostic { hint, ..finding });
        };
        if !is_id(id, false) {
            fault(
                "goi/ma-sai",
                text!(
                    "mã văn bản cần chữ thường không dấu, chữ số và gạch dưới, bắt đầu bằng chữ; ở đây ghi “{id}”",
                    "an output's id needs lower-case ASCII letters, digits and underscores, a letter first; this is “{id}”"
                ),
                None,
            );
        }
        if !ids.insert(id) {
            fault(
                "goi/ma-trung",
                text!("đã có văn bản khác mang mã “{id}”", "another output has the id “{id}”"),
                None,
            );
        }
        if output.file_name.trim().is_empty() {
            fault(
                "goi/thieu-ten",
                text!("văn bản “{id}” cần file_name", "the output “{id}” needs a file_name"),
                None,
            );
        } else if !patterns.insert(&output.file_name) {
            fault(
                "goi/ma-trung",
                text!(
                    "văn bản “{id}” có file_name trùng với văn bản khác",
                    "the output “{id}” has the file_name of another output"
                ),
                None,
            );
        }
        for wrong in Selection::of(output, schema).err().into_iter().flatten() {
            fault(wrong.code, wrong.message, wrong.hint);
        }
        let template = &output.template;
        let may_be_built = templates == Templates::ToBeBuilt && output.source.is_some();
        let ending = template.rsplit('.').next().unwrap_or_default().to_lowercase();
        if matches!(ending.as_str(), "docm" | "dotm") {
            fault(
                "mau/co-macro",
                text!(
                    "mẫu có macro (.{ending}) không được dùng: “{template}”",
                    "templates with macros (.{ending}) are not used: “{template}”"
                ),
                Some(Text::new(
                    "trong Word: Tệp (File) > Lưu như (Save As) > Word Document (*.docx)",
                    "in Word: File > Save As > Word Document (*.docx)",
                )),
            );
        } else if !is_plain_path(template) || !matches!(ending.as_str(), "docx" | "dotx") {
            fault(
                "goi/ten-tep-sai",
                text!(
                    "template cần tên một tệp .docx hoặc .dotx trong thư mục gói, ở đây ghi “{template}”",
                    "template needs the name of a .docx or .dotx file in the pack's folder; this is “{template}”"
                ),
                None,
            );
        } else if !files.contains_key(template) && !may_be_built {
            let hint = Some(match &output.source {
                None => text!(
                    "chép tệp “{template}” vào thư mục gói, hoặc sửa template trong {MANIFEST}",
                    "copy the file “{template}” into the pack's folder, or mend template in {MANIFEST}"
                ),
                Some(_) => Text::new(
                    "chạy `baocao pack build THƯ_MỤC_GÓI` để tạo mẫu Word",
                    "run `baocao pack build PACK_DIR` to build the Word template",
                ),
            });
            fault(
                "goi/thieu-tep",
                text!(
                    "không thấy mẫu Word “{template}”",
                    "the Word template “{template}” is missing"
                ),
                hint,
            );
        }
        let twin = |other: &&Output| other.template == output.template && other.source != output.source;
        if let Some(other) = outputs[..index].iter().find(twin) {
            let other = &other.id;
            fault(
                "goi/nguon-khac",
                text!(
                    "văn bản “{id}” và “{other}” dùng chung mẫu “{template}” nên phải có cùng source",
                    "the outputs “{id}” and “{other}” share the template “{template}”, so they need the same source"
                ),
                None,
            );
        }
        if let Some(source) = &output.source
            && !files.contains_key(source)
        {
            fault(
                "goi/thieu-tep",
                text!(
                    "không thấy tệp nguồn “{source}”",
                    "the source file “{source}” is missing"
                ),
                None,
            );
        }
    }
}

/// Whether an id keeps the rule: ASCII lower-case, a letter first, parts joined by single `_`, or `-` for packs.
fn is_id(id: &str, hyphens: bool) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    id.len() <= 64
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.split(|sign| sign == '_' || (hyphens && sign == '-')).all(is_part)
}

/// Whether a path stays inside the pack's folder on every system.
fn is_plain_path(path: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name != "." && name != "..";
    !path.contains(['\\', ':']) && path.split('/').all(is_name)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::diagnostic::Lang;

    /// A small pack that is right.
    pub(crate) const SMALL: &str = r#"id = "nho"
version = "1.0.0"
name = "Báo cáo nhỏ"
empty = "……"

[[output]]
id = "bao_cao"
label = "Báo cáo"
template = "bao-cao.docx"
source = "bao-cao.md"
file_name = "BC {{thong_tin.nam}}"

[[sheet]]
id = "thong_tin"
name = "Thông tin chung"
layout = "form"
  [[sheet.field]]
  id = "ten_xa"
  label = "Tên xã"
  type = "text"
  required = true
  example = "Tân Hoà"
  [[sheet.field]]
  id = "nam"
  label = "Năm báo cáo"
  type = "year"
  required = true
  example = "2023"

[[sheet]]
id = "khen_thuong"
name = "Khen thưởng"
layout = "table"
required = false
  [[sheet.field]]
  id = "hinh_thuc"
  label = "Hình thức"
  type = "text"
  [[sheet.field]]
  id = "so_luong"
  label = "Số lượng"
  type = "count"
"#;

    fn files(manifest: &str, others: &[&str]) -> Files {
        let mut files = Files::from([(MANIFEST.to_owned(), Cow::Owned(manifest.as_bytes().to_vec()))]);
        files.extend(others.iter().map(|name| ((*name).to_owned(), Cow::Borrowed(&b"x"[..]))));
        files
    }

    fn complaints(manifest: &str, others: &[&str], origin: Origin) -> String {
        match Pack::parse(files(manifest, others), origin) {
            Ok(_) => String::new(),
            Err(findings) => findings.print(Lang::Vi),
        }
    }

    const ALL: &[&str] = &["bao-cao.docx", "bao-cao.md"];

    #[test]
    fn a_right_pack_is_taken_from_its_own_folder() {
        assert_eq!(complaints(SMALL, ALL, Origin::BuiltIn), "");
        assert_eq!(complaints(SMALL, ALL, Origin::Folder("/x/nho".into())), "");
        let found = complaints(SMALL, ALL, Origin::Folder("/x/nho (2)".into()));
        assert!(
            found.contains("goi/khac-thu-muc") && found.contains("đổi tên thư mục thành “nho”"),
            "{found}"
        );
    }

    #[test]
    fn faults_of_identity_files_and_keys_come_together() {
        let manifest = SMALL
            .replace("id = \"nho\"", "id = \"Nhỏ\"\ncolour = 1")
            .replace("1.0.0", "1.0")
            .replace(
                "file_name = \"BC {{thong_tin.nam}}\"",
                "file_name = \"\"\nfor_each = \"khen_thuon\"",
            );
        let found = complaints(&manifest, &["bao-cao.md"], Origin::BuiltIn);
        for code in [
            "goi/ma-sai",
            "goi/khoa-la",
            "goi/phien-ban-sai",
            "goi/thieu-ten",
            "goi/lap-sai",
            "goi/thieu-tep",
        ] {
            assert!(found.contains(code), "{code} is not in\n{found}");
        }
        assert!(found.contains("pack build"), "{found}");
        assert!(found.contains("pack.toml › dòng 1, cột 6"), "{found}");
    }

    #[test]
    fn documents_without_end_are_told_once() {
        let (before, rest) = SMALL.split_once("[[sheet]]").unwrap();
        let outputs: String = (0..2 * MOST_OUTPUTS)
            .map(|number| {
                format!("[[output]]\nid = \"o{number}\"\nlabel = \"O\"\ntemplate = \"bao-cao.docx\"\nsource = \"bao-cao.md\"\nfile_name = \"O{number}\"\n")
            })
            .collect();
        let found = complaints(&format!("{before}{outputs}[[sheet]]{rest}"), ALL, Origin::BuiltIn);
        assert_eq!(found.matches("goi/qua-nhieu-muc").count(), 1, "{found}");
        assert!(found.contains("hơn 100 mục [[output]]"), "{found}");
    }

    #[test]
    fn a_template_still_to_be_built_is_no_fault_for_the_builder() {
        let files = files(SMALL, &["bao-cao.md"]);
        assert!(Pack::parse(files.clone(), Origin::BuiltIn).is_err());
        assert!(Pack::parse_unbuilt(files, Origin::BuiltIn).is_ok());
    }

    #[test]
    fn a_template_outside_of_the_folder_is_refused() {
        for path in ["../x.docx", "/x.docx", "a\\\\b.docx", "C:x.docx", "a//b.docx"] {
            let manifest = SMALL.replace("template = \"bao-cao.docx\"", &format!("template = \"{path}\""));
            let found = complaints(&manifest, ALL, Origin::BuiltIn);
            assert!(found.contains("goi/ten-tep-sai"), "{path}: {found}");
        }
    }

    #[test]
    fn outputs_that_share_a_template_share_its_source() {
        let twin = |source: &str| {
            let second = format!(
                "[[output]]\nid = \"in\"\nlabel = \"Để in\"\ntemplate = \"bao-cao.docx\"\nsource = \"{source}\"\nfile_name = \"In\"\nfor_each = \"khen_thuong\"\none_file = true\n\n[[sheet]]\nid = \"thong_tin\""
            );
            SMALL.replace("[[sheet]]\nid = \"thong_tin\"", &second)
        };
        let files = &["bao-cao.docx", "bao-cao.md", "khac.md"];
        assert_eq!(complaints(&twin("bao-cao.md"), files, Origin::BuiltIn), "");
        let found = complaints(&twin("khac.md"), files, Origin::BuiltIn);
        assert!(
            found.contains("goi/nguon-khac") && found.contains("“in” và “bao_cao”"),
            "{found}"
        );
    }

    #[test]
    fn templates_of_word_are_taken_and_those_with_macros_are_not() {
        let manifest = |path: &str| SMALL.replace("template = \"bao-cao.docx\"", &format!("template = \"{path}\""));
        assert_eq!(
            complaints(&manifest("mau.dotx"), &["mau.dotx", "bao-cao.md"], Origin::BuiltIn),
            ""
        );
        for path in ["mau.docm", "mau.DOTM"] {
            let found = complaints(&manifest(path), &[path, "bao-cao.md"], Origin::BuiltIn);
            assert!(found.contains("mau/co-macro"), "{path}: {found}");
        }
    }

    #[test]
    fn a_folder_without_a_manifest_and_one_in_another_encoding_are_told() {
        let found = Pack::parse(Files::new(), Origin::BuiltIn)
            .expect_err("no manifest")
            .print(Lang::Vi);
        assert!(found.contains("cần tệp pack.toml"), "{found}");
        let files = Files::from([(MANIFEST.to_owned(), Cow::Borrowed(&b"\xff\xfe"[..]))]);
        let found = Pack::parse(files, Origin::BuiltIn)
            .expect_err("not text")
            .print(Lang::Vi);
        assert!(found.contains("UTF-8"), "{found}");
        let files = Files::from([(MANIFEST.to_owned(), Cow::Owned(vec![b'#'; MANIFEST_BYTES + 1]))]);
        let found = Pack::parse(files, Origin::BuiltIn)
            .expect_err("too large")
            .print(Lang::Vi);
        assert!(found.contains("goi/qua-lon") && found.contains("1 MB"), "{found}");
    }

    #[test]
    fn the_built_in_packs_are_right() {
        for pack in BUILT_IN {
            match pack.parse() {
                Ok(parsed) => {
                    assert_eq!(parsed.id, pack.id);
                    assert_eq!(parsed.schema.validate(), []);
                    let (reads, migrations) = (parsed.reads.as_deref(), &parsed.migrations);
                    assert_eq!(
                        migration::validate(&parsed.schema, &parsed.version, reads, migrations),
                        []
                    );
                }
                Err(findings) => panic!("{}: {}", pack.id, findings.print(Lang::Vi)),
            }
        }
    }
}
