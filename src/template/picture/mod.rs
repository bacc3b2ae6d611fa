//! Pictures: recognised, measured, found by name, and written as WordprocessingML.
//!
//! In: bytes from the command line, a pack or a workbook. Out: a [`Picture`] with its size on paper, or why it can't be
//! used; the markup of a picture in a line of text (ECMA-376 part 1, 20.4.2.8 and 20.2.2.5). Pixels are never decoded, so
//! a hostile picture costs no more than its bytes; Word shows the bytes as they are.

mod header;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Files;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Text};
use crate::opc::escape_attribute;
use crate::schema::is_id;
use crate::text;
use crate::vietnamese::{self, nearest};

/// Most bytes of a picture.
pub const MOST_BYTES: usize = 32 << 20;
/// Most pixels on a side.
pub const MOST_PIXELS: u32 = 20_000;
/// How the names of picture files end, without the dot, the likelier first.
pub const ENDINGS: [&str; 7] = ["png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff"];
/// Folders of a pack in which a picture is looked for by its bare name.
const FOLDERS: [&str; 4] = ["", "images/", "hinh/", "anh/"];
/// Dots per inch of a picture that does not tell: that of a screen (CSS, Windows).
const SCREEN: f64 = 96.0;
/// Dots per inch outside of which a picture is not believed.
const BELIEVED: std::ops::RangeInclusive<f64> = 20.0..=5_000.0;

/// A length in English Metric Units: 914,400 an inch, 36,000 a millimetre (ECMA-376 part 1, 20.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Emu(pub u64);

impl Emu {
    /// The length of an inch.
    pub const INCH: Self = Self(914_400);
    /// The length of a millimetre.
    pub const MILLIMETRE: Self = Self(36_000);
    /// The longest that DrawingML has a number for (ST_PositiveCoordinate, 20.1.10.42).
    pub const LONGEST: Self = Self(27_273_042_316_900);

    /// The length of so many millimetres; none below zero, the longest there is above it.
    pub fn millimetres(count: f64) -> Self {
        // A cast of a float saturates, and is 0 for what is no number.
        Self((count * Self::MILLIMETRE.0 as f64).round() as u64).min(Self::LONGEST)
    }
}

/// Width and height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Size {
    /// Across.
    pub width: Emu,
    /// Down.
    pub height: Emu,
}

/// A kind of picture that Word shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The ending of its parts' names, without the dot.
    pub extension: &'static str,
    /// Its content type.
    pub content_type: &'static str,
}

const PNG: Format = Format {
    extension: "png",
    content_type: "image/png",
};
const JPEG: Format = Format {
    extension: "jpeg",
    content_type: "image/jpeg",
};
const GIF: Format = Format {
    extension: "gif",
    content_type: "image/gif",
};
const BMP: Format = Format {
    extension: "bmp",
    content_type: "image/bmp",
};
const TIFF: Format = Format {
    extension: "tiff",
    content_type: "image/tiff",
};

/// All kinds.
pub const FORMATS: [&Format; 5] = [&PNG, &JPEG, &GIF, &BMP, &TIFF];

/// A picture that Word can show.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its kind, told by its content.
    pub format: &'static Format,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Its size on paper by its own resolution, or by that of a screen when it tells none that could be true.
    pub natural: Size,
    /// Whether the file asks viewers to turn or mirror it, as phones' photos do. Word leaves that to whoever makes the
    /// document, so it is shown as its pixels lie: see [`turned`].
    pub is_turned: bool,
    /// The file.
    pub bytes: Arc<[u8]>,
}

/// Why bytes are no usable picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// What is needed, and what was found.
    pub message: Text,
    /// One thing to do.
    pub hint: Text,
}

impl Picture {
    /// The picture that the bytes hold. Errors: no picture, one of a kind that not every Word shows, one that breaks off,
    /// one larger than [`MOST_BYTES`] or [`MOST_PIXELS`].
    pub fn read(bytes: Arc<[u8]>) -> Result<Self, Unusable> {
        let megabytes = MOST_BYTES >> 20;
        if bytes.len() > MOST_BYTES {
            return Err(Unusable::too_large(text!(
                "ảnh lớn hơn {megabytes} MB",
                "the picture is larger than {megabytes} MB"
            )));
        }
        let Some((format, read)) = header::format(&bytes) else {
            return Err(Unusable::unknown(&bytes));
        };
        let header = read(&bytes)
            .filter(|header| header.width > 0 && header.height > 0)
            .ok_or_else(Unusable::damaged)?;
        let (width, height) = (header.width, header.height);
        if width.max(height) > MOST_PIXELS {
            return Err(Unusable::too_large(text!(
                "ảnh nhiều nhất {MOST_PIXELS} × {MOST_PIXELS} điểm, ảnh này {width} × {height} điểm",
                "a picture has at most {MOST_PIXELS} × {MOST_PIXELS} pixels, this one has {width} × {height}"
            )));
        }
        Ok(Self {
            format,
            width,
            height,
            natural: natural(width, height, header.density),
            is_turned: header.is_turned,
            bytes,
        })
    }
}

/// The size on paper of so many pixels.
fn natural(width: u32, height: u32, density: Option<(f64, f64)>) -> Size {
    // Faxes have pixels twice as high as wide; beyond three it is a slip that would distort the picture.
    let (x, y) = density
        .filter(|(x, y)| BELIEVED.contains(x) && BELIEVED.contains(y) && x / y < 3.0 && y / x < 3.0)
        .unwrap_or((SCREEN, SCREEN));
    let side = |pixels: u32, density: f64| Emu((f64::from(pixels) * Emu::INCH.0 as f64 / density).round() as u64);
    Size {
        width: side(width, x),
        height: side(height, y),
    }
}

impl Unusable {
    fn save_as_png() -> Text {
        Text::new(
            "mở ảnh bằng Paint rồi lưu lại dạng PNG: Tệp (File) > Lưu dưới dạng (Save as) > Ảnh PNG (PNG picture)",
            "open it in Paint and save it as PNG (File > Save as > PNG picture)",
        )
    }

    fn unknown(bytes: &[u8]) -> Self {
        let (found_vi, found_en, hint) = match header::other_kind(bytes) {
            _ if bytes.is_empty() => ("trống".to_owned(), "empty".to_owned(), Self::save_as_png()),
            Some(kind @ ("SVG" | "PDF")) => (
                format!("dạng {kind}"),
                format!("of the kind {kind}"),
                Text::new(
                    "mở tệp bằng trình duyệt, chụp màn hình phần cần dùng, dán vào Paint rồi lưu dạng PNG",
                    "open it in a browser, take a screenshot of the part, paste it into Paint and save it as PNG",
                ),
            ),
            Some(kind) => (
                format!("dạng {kind}"),
                format!("of the kind {kind}"),
                Self::save_as_png(),
            ),
            None => (
                "không phải ảnh".to_owned(),
                "no picture".to_owned(),
                Text::new(
                    "chọn đúng tệp ảnh; nếu mở được bằng Paint thì lưu lại dạng PNG",
                    "choose the picture's file; if Paint opens it, save it as PNG",
                ),
            ),
        };
        Self {
            message: text!(
                "cần ảnh PNG, JPEG, GIF, BMP hoặc TIFF, tệp này {found_vi}",
                "a PNG, JPEG, GIF, BMP or TIFF picture is needed, this file is {found_en}"
            ),
            hint,
        }
    }

    fn damaged() -> Self {
        Self {
            message: Text::new(
                "ảnh hỏng hoặc chép chưa hết",
                "the picture is damaged or was copied in part",
            ),
            hint: Text::new(
                "chép lại tệp ảnh; nếu mở được bằng Paint thì lưu lại dạng PNG",
                "copy the picture again; if Paint opens it, save it as PNG",
            ),
        }
    }

    fn too_large(message: Text) -> Self {
        Self {
            message,
            hint: Text::new(
                "thu nhỏ ảnh bằng Paint (Đổi kích cỡ) rồi lưu lại",
                "make it smaller in Paint (Resize) and save it",
            ),
        }
    }
}

/// The largest size with the proportions of `natural` that `frame` has room for.
pub fn fit(natural: Size, frame: Size) -> Size {
    let (width, height) = (u128::from(natural.width.0.max(1)), u128::from(natural.height.0.max(1)));
    let scaled = |side: Emu, to: u128, of: u128| {
        let rounded = (u128::from(side.0) * to + of / 2) / of;
        // No side is ever nothing: Word takes a picture of no height for damaged.
        Emu(u64::try_from(rounded).unwrap_or(u64::MAX).max(1))
    };
    let down = scaled(frame.width, height, width);
    if down <= frame.height {
        Size {
            width: Emu(frame.width.0.max(1)),
            height: down,
        }
    } else {
        Size {
            width: scaled(frame.height, width, height).min(Emu(frame.width.0.max(1))),
            height: Emu(frame.height.0.max(1)),
        }
    }
}

/// The size of a picture in a line of text, always in its own proportions: as wide or as high as is wished, within both
/// when both are, its natural size when neither; never more than `most`.
pub fn sized(natural: Size, width: Option<Emu>, height: Option<Emu>, most: Size) -> Size {
    let wished = if width.is_none() && height.is_none() {
        natural
    } else {
        let frame = Size {
            width: width.unwrap_or(Emu::LONGEST),
            height: height.unwrap_or(Emu::LONGEST),
        };
        fit(natural, frame)
    };
    if wished.width <= most.width && wished.height <= most.height {
        wished
    } else {
        fit(natural, most)
    }
}

/// The `w:drawing` of a picture in a line of text, to stand in a run. `word_prefix` is that of WordprocessingML names in
/// the part, colon included; every other namespace is declared within. `relationship` is that of the part to the picture;
/// `id` must be no other drawing's in the part.
pub fn inline(word_prefix: &str, relationship: &str, id: u32, name: &str, alt: &str, size: Size) -> String {
    let (Emu(width), Emu(height)) = (size.width, size.height);
    let relationship = escape_attribute(relationship);
    let (name, alt) = (escape_attribute(name), escape_attribute(alt));
    format!(
        "<{word_prefix}drawing>\
         <wp:inline xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">\
         <wp:extent cx=\"{width}\" cy=\"{height}\"/>\
         <wp:effectExtent l=\"0\" t=\"0\" r=\"0\" b=\"0\"/>\
         <wp:docPr id=\"{id}\" name=\"{name}\" descr=\"{alt}\"/>\
         <wp:cNvGraphicFramePr>\
         <a:graphicFrameLocks xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" noChangeAspect=\"1\"/>\
         </wp:cNvGraphicFramePr>\
         <a:graphic xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">\
         <a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\">\
         <pic:pic xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\">\
         <pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"{name}\" descr=\"{alt}\"/><pic:cNvPicPr/></pic:nvPicPr>\
         <pic:blipFill>\
         <a:blip xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" r:embed=\"{relationship}\"/>\
         <a:stretch><a:fillRect/></a:stretch>\
         </pic:blipFill>\
         <pic:spPr>\
         <a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm>\
         <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom>\
         </pic:spPr>\
         </pic:pic></a:graphicData></a:graphic></wp:inline></{word_prefix}drawing>"
    )
}

/// A picture's file that was found by name; not yet known to be a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'p> {
    /// The name it was given by, or its path in the pack's folder.
    pub name: &'p str,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

/// The picture of a name: one given by that name, else the pack's file of that path, else one of that name with an ending
/// of pictures in the pack's folder or in its `images/`, `hinh/` or `anh/`. Case and the way marks are composed do not
/// count. A pack's file is copied at each call.
pub fn lookup<'p>(name: &str, given: &'p BTreeMap<String, Arc<[u8]>>, files: &'p Files) -> Option<Found<'p>> {
    let wanted = fold(name);
    if let Some((name, bytes)) = given.iter().find(|(name, _)| fold(name) == wanted) {
        let bytes = Arc::clone(bytes);
        return Some(Found { name, bytes });
    }
    // The first of two that differ in case only, in the order of their names.
    let mut paths = BTreeMap::new();
    for path in files.keys() {
        paths.entry(fold(path)).or_insert(path);
    }
    let named = || {
        FOLDERS
            .iter()
            .flat_map(|folder| ENDINGS.iter().map(move |ending| (folder, ending)))
            .find_map(|(folder, ending)| paths.get(&format!("{folder}{wanted}.{ending}")))
    };
    let path: &'p String = files
        .get_key_value(name)
        .map(|(path, _)| path)
        .or_else(|| paths.get(&wanted).or_else(named).copied())?;
    let bytes = files.get(path)?.as_ref();
    Some(Found {
        name: path,
        bytes: Arc::from(bytes),
    })
}

/// The key by which names of pictures are compared.
fn fold(name: &str) -> String {
    vietnamese::nfc(vietnamese::trim(name))
        .to_lowercase()
        .replace('\\', "/")
}

/// Whether a file's name ends like that of a picture.
fn is_picture_name(path: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, ending)| ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

/// The warning that a picture a template asks for is not there; nothing is printed in its place.
pub fn missing(name: &str, given: &BTreeMap<String, Arc<[u8]>>, files: &Files) -> Diagnostic {
    let pictures: Vec<&str> = files
        .keys()
        .map(String::as_str)
        .filter(|path| is_picture_name(path))
        .collect();
    let file = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let stem = |path: &str| {
        path.rsplit_once('.')
            .map_or_else(String::new, |(stem, _)| stem.to_owned())
    };
    // One that lies in a folder where bare names are not looked for.
    let elsewhere = pictures.iter().find(|path| {
        [file(path), stem(&file(path))]
            .iter()
            .any(|own| fold(own) == fold(name))
    });
    let names: Vec<String> = given
        .keys()
        .cloned()
        .chain(pictures.iter().flat_map(|path| [file(path), stem(&file(path))]))
        .collect();
    let near = || nearest(name, names.iter().map(String::as_str));
    let hint = match elsewhere.copied().or_else(near) {
        Some(near) => text!("có phải là ảnh “{near}”?", "did you mean the picture “{near}”?"),
        None if is_id(name) => text!(
            "thêm --image {name}=TỆP.png, hoặc đặt tệp {name}.png vào thư mục gói",
            "add --image {name}=FILE.png, or put a file {name}.png into the pack's folder"
        ),
        None => {
            let file = if is_picture_name(name) {
                name.to_owned()
            } else {
                format!("{name}.png")
            };
            text!(
                "đặt tệp “{file}” vào thư mục gói",
                "put a file “{file}” into the pack's folder"
            )
        }
    };
    Diagnostic::warning(
        "anh/thieu",
        Place::File,
        text!(
            "mẫu Word cần ảnh “{name}”, chưa có ảnh ấy; chỗ của ảnh bỏ trống",
            "the Word template asks for the picture “{name}”, which isn't there; its place stays empty"
        ),
    )
    .hint(hint)
}

/// The error that what was found by a name is no usable picture.
pub fn unreadable(name: &str, reason: &Unusable) -> Diagnostic {
    let Text { vi, en } = &reason.message;
    Diagnostic::error(
        "anh/khong-doc-duoc",
        Place::File,
        text!(
            "không dùng được ảnh “{name}”: {vi}",
            "the picture “{name}” can't be used: {en}"
        ),
    )
    .hint(reason.hint.clone())
}

/// The warning that a picture will lie on its side or be mirrored ([`Picture::is_turned`]).
pub fn turned(name: &str) -> Diagnostic {
    Diagnostic::warning(
        "anh/bi-xoay",
        Place::File,
        text!(
            "ảnh “{name}” chụp xoay máy, trong Word sẽ nằm ngang hoặc ngược",
            "the picture “{name}” was taken with the camera turned, it will lie on its side in Word"
        ),
    )
    .hint(Text::new(
        "mở ảnh bằng Paint, xoay cho đúng chiều rồi lưu lại dạng PNG",
        "open it in Paint, turn it upright and save it as PNG",
    ))
}

/// A warning for each picture that was given and that no template asks for; `asked` are the names in the templates.
pub fn unused<'a>(
    given: &BTreeMap<String, Arc<[u8]>>,
    asked: impl IntoIterator<Item = &'a str, IntoIter: Clone>,
) -> Diagnostics {
    let asked = asked.into_iter();
    let is_asked = |name: &str| asked.clone().any(|other| fold(other) == fold(name));
    given
        .keys()
        .filter(|name| !is_asked(name))
        .map(|name| {
            let open = asked.clone().filter(|other| !given.contains_key(*other));
            let hint = match nearest(name, open) {
                Some(near) => text!("có phải là ảnh “{near}”?", "did you mean the picture “{near}”?"),
                None => text!("bỏ --image {name}", "leave --image {name} out"),
            };
            Diagnostic::warning(
                "anh/khong-dung",
                Place::File,
                text!(
                    "không mẫu Word nào của gói dùng ảnh “{name}”",
                    "no Word template of the pack uses the picture “{name}”"
                ),
            )
            .hint(hint)
        })
        .collect()
}
