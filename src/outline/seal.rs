//! The seal of a built template: a custom document property by which an edited one is told from an untouched one.
//!
//! `baocao.build` holds two 128-bit FNV-1a hashes in hexadecimal: of all other parts, and of the text source with the
//! fragments it includes. Word rewrites the parts when it saves and keeps the property, so the first hash no longer fits.

use crate::opc::{Error, Limits, Package};

const PART: &str = "docProps/custom.xml";
const NAME: &str = "baocao.build";

/// Whether a template is as it was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Untouched since it was built.
    Built {
        /// The [`source_hash`](super::source_hash) of the text it was built from.
        source: String,
    },
    /// Built by this program, then changed, for instance in Word.
    Edited,
    /// Not built by this program, or no .docx at all.
    Foreign,
}

/// FNV-1a, 128 bits (Fowler, Noll, Vo; draft-eastlake-fnv). No defence against forgery, and none needed.
struct Fnv(u128);

impl Fnv {
    fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}

/// The hash of a text source in its normal form, in hexadecimal.
pub(super) fn hash(source: &str) -> String {
    let mut hash = Fnv::new();
    hash.add(source.as_bytes());
    format!("{:032x}", hash.0)
}

fn parts_hash(package: &Package) -> Result<String, Error> {
    let mut names: Vec<&str> = package.names().filter(|name| *name != PART).collect();
    names.sort_unstable();
    let mut hash = Fnv::new();
    for name in names {
        let bytes = package.part(name)?;
        hash.add(name.as_bytes());
        // The length keeps the end of a part from being read as the beginning of the next.
        hash.add(&(bytes.len() as u64).to_le_bytes());
        hash.add(&bytes);
    }
    Ok(format!("{:032x}", hash.0))
}

/// Adds the property; every other part must be in place.
pub(super) fn seal(package: &mut Package, source: &str) -> Result<(), Error> {
    let value = format!("{}:{}", parts_hash(package)?, hash(source));
    let xml = format!(
        concat!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n",
            "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\" ",
            "xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">",
            "<property fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"2\" name=\"{}\">",
            "<vt:lpwstr>{}</vt:lpwstr></property></Properties>"
        ),
        NAME, value
    );
    package.set(PART, xml.into_bytes());
    Ok(())
}

/// Whether a template is as it was built from its text source.
pub fn state(docx: &[u8]) -> State {
    let Ok(package) = Package::read(docx, &Limits::default()) else {
        return State::Foreign;
    };
    let Some(value) = package
        .part(PART)
        .ok()
        .and_then(|xml| property(&String::from_utf8_lossy(&xml)))
    else {
        return State::Foreign;
    };
    match value.split_once(':') {
        Some((parts, source)) if parts_hash(&package).is_ok_and(|hash| hash == parts) => State::Built {
            source: source.to_owned(),
        },
        _ => State::Edited,
    }
}

/// The text of the property, found without regard to prefixes, which the program that saved last chose.
fn property(xml: &str) -> Option<String> {
    let (_, after) = xml.split_once(&format!("\"{NAME}\""))?;
    let (_, after) = after.split_once("lpwstr>")?;
    let (value, _) = after.split_once('<')?;
    Some(value.trim().to_owned())
}
