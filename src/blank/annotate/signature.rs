//! A package's digital signatures (ECMA-376 part 2, 12.2): they go from a marked copy, for they hold for the bytes of the
//! original only, and Excel would show them as broken.

use std::collections::BTreeSet;

use super::xml::{self, Edits};
use crate::diagnostic::Text;
use crate::opc::{self, Package};

/// What the type of the relationship to the origin of all signatures ends in.
const ORIGIN: &str = "/digital-signature/origin";
/// Origin, signatures, certificates.
const DEPTH: usize = 3;

/// Takes the signatures out, with what only they relate to; tells so where there were any.
pub(super) fn remove(package: &mut Package) -> Result<Option<Text>, opc::Error> {
    let root = package.relationships("")?;
    let origins = || root.iter().filter(|relationship| relationship.uri.ends_with(ORIGIN));
    let ids: Vec<&str> = origins().map(|relationship| relationship.id.as_str()).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    let own = opc::relationships_part("");
    let without = opc::without_relationships(&package.text(&own)?, &ids)?;
    package.set(&own, without.into_bytes());
    let mut gone: BTreeSet<String> = BTreeSet::new();
    let mut level: Vec<String> = origins().map(|relationship| relationship.target.clone()).collect();
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for part in level {
            let is_about_signatures = |uri: &str| uri.contains("/digital-signature/");
            let relationships = package.relationships(&part)?.into_iter();
            let below = relationships.filter(|relationship| is_about_signatures(&relationship.uri));
            next.extend(below.map(|relationship| relationship.target));
            package.remove(&opc::relationships_part(&part));
            package.remove(&part);
            gone.insert(format!("/{}", part.to_ascii_lowercase()));
        }
        level = next;
    }
    undeclare(package, &gone)?;
    Ok(Some(Text::new(
        "Chữ ký số của tệp gốc không có trong bản này, vì bản này đã khác tệp được ký",
        "The original's digital signature is left out of this copy, which is no longer the file that was signed",
    )))
}

/// Takes the content types of parts that are gone out.
fn undeclare(package: &mut Package, gone: &BTreeSet<String>) -> Result<(), opc::Error> {
    const TYPES: &str = "[Content_Types].xml";
    let source = package.text(TYPES)?;
    let mut edits = Edits::new(&source);
    for element in xml::outline(&source, 1)? {
        let name = element.attribute(&source, "PartName").unwrap_or_default();
        if gone.contains(&name.to_ascii_lowercase()) {
            edits.replace(element.whole, "");
        }
    }
    package.set(TYPES, edits.apply().into_bytes());
    Ok(())
}
