//! Pictures given on the command line: `--image con_dau=dau.png`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use super::input;
use super::report::{Status, Stop};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Text};
use crate::schema::is_id;
use crate::template::picture::{self, ENDINGS, MOST_BYTES, Picture};
use crate::text;
use crate::vietnamese::fold;

/// The pictures by name; what is wrong with any of them is told at once.
pub(super) fn read<'a>(arguments: impl Iterator<Item = &'a OsString>) -> Result<BTreeMap<String, Arc<[u8]>>, Stop> {
    let mut images: BTreeMap<String, Option<Arc<[u8]>>> = BTreeMap::new();
    let mut faults = Diagnostics::new();
    for argument in arguments {
        // A name that is no Unicode has no file on any system this runs on but by accident: it is told as not found.
        let argument = argument.to_string_lossy();
        let (name, file) = match parse(&argument) {
            Ok(parsed) => parsed,
            Err(fault) => {
                faults.push(*fault);
                continue;
            }
        };
        if images.contains_key(name) {
            faults.push(given_twice(name));
            continue;
        }
        let image = match picture_file(Path::new(file)) {
            Ok(image) => Some(image),
            Err(stop) => {
                faults.extend(stop.findings);
                None
            }
        };
        images.insert(name.to_owned(), image);
    }
    if !faults.is_empty() {
        return Err(Stop {
            status: Status::Fault,
            findings: faults,
        });
    }
    Ok(images
        .into_iter()
        .filter_map(|(name, image)| Some((name, image?)))
        .collect())
}

/// The name and the file.
fn parse(argument: &str) -> Result<(&str, &str), Box<Diagnostic>> {
    let fault = |code, message, hint: Text| Err(Box::new(Diagnostic::error(code, Place::File, message).hint(hint)));
    let Some((name, file)) = argument
        .split_once('=')
        .filter(|(name, file)| !name.is_empty() && !file.is_empty())
    else {
        return fault(
            "lenh/anh-sai",
            text!(
                "--image cần TÊN=TỆP, ở đây ghi “{argument}”",
                "--image needs NAME=FILE, this is “{argument}”"
            ),
            Text::new(
                "ví dụ: --image con_dau=dau.png",
                "for instance: --image con_dau=seal.png",
            ),
        );
    };
    if !is_id(name) {
        let near = fold(name).replace([' ', '-'], "_");
        let hint = if is_id(&near) {
            text!("viết --image {near}={file}", "write --image {near}={file}")
        } else {
            Text::new(
                "ví dụ: --image con_dau=dau.png",
                "for instance: --image con_dau=seal.png",
            )
        };
        return fault(
            "lenh/ten-anh-sai",
            text!(
                "tên ảnh cần chữ thường không dấu, chữ số và gạch dưới, bắt đầu bằng chữ; ở đây ghi “{name}”",
                "a picture's name needs lower-case ASCII letters, digits and underscores, a letter first; this is “{name}”"
            ),
            hint,
        );
    }
    Ok((name, file))
}

fn given_twice(name: &str) -> Diagnostic {
    Diagnostic::error(
        "lenh/anh-trung",
        Place::File,
        text!("ảnh “{name}” được cho hai lần", "the picture “{name}” is given twice"),
    )
    .hint(text!("chỉ giữ một --image {name}=…", "keep one --image {name}=… only"))
}

/// The bytes of a file that holds a usable picture.
fn picture_file(path: &Path) -> Result<Arc<[u8]>, Stop> {
    let endings = ENDINGS.map(|ending| format!(".{ending}"));
    let bytes = input::read(path, MOST_BYTES as u64, &endings.each_ref().map(String::as_str))?;
    match Picture::read(bytes.into()) {
        Ok(picture) => Ok(picture.bytes),
        Err(reason) => {
            let mut finding = picture::unreadable(&input::name(path), &reason);
            finding.file = Some(path.display().to_string());
            Err(Stop::fault(finding))
        }
    }
}
