//! Versions of packs and of the program: three numbers, compared from the first.

use std::fmt;

use crate::diagnostic::{Diagnostic, Place, Text};
use crate::text;

/// `1.0.0`; a later one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version([u32; 3]);

impl Version {
    /// A version of exactly three numbers of at most nine digits.
    pub fn parse(text: &str) -> Option<Self> {
        let numbers = numbers(text)?;
        Some(Self(numbers.try_into().ok()?))
    }

    /// The same with the last numbers left out, which are 0 then: `0.1`.
    pub fn parse_short(text: &str) -> Option<Self> {
        let mut numbers = numbers(text)?;
        if numbers.len() > 3 {
            return None;
        }
        numbers.resize(3, 0);
        Some(Self(numbers.try_into().ok()?))
    }

    /// The number that changes when what was made for earlier versions no longer fits.
    pub fn major(self) -> u32 {
        self.0[0]
    }

    /// The version of this program.
    pub fn of_program() -> Self {
        Self::parse(env!("CARGO_PKG_VERSION")).unwrap_or(Self([0; 3]))
    }
}

fn numbers(text: &str) -> Option<Vec<u32>> {
    let is_number = |part: &str| (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = text
        .split('.')
        .map(|part| part.parse().ok().filter(|_| is_number(part)));
    numbers.collect()
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// What is wrong with a pack's `engine`, the lowest version of the program that it needs.
pub(super) fn engine_fault(engine: &str, place: Place) -> Option<Diagnostic> {
    let Some(needed) = Version::parse_short(engine) else {
        return Some(
            Diagnostic::error(
                "goi/phien-ban-sai",
                place,
                text!(
                    "engine cần số phiên bản baocao như 0.1 hay 0.1.0, ở đây ghi “{engine}”",
                    "engine needs a version of baocao like 0.1 or 0.1.0; this is “{engine}”"
                ),
            )
            .hint(Text::new(
                "ghi phiên bản baocao thấp nhất mà gói chạy được",
                "write the lowest version of baocao that the pack works with",
            )),
        );
    };
    let own = Version::of_program();
    (needed > own).then(|| {
        Diagnostic::error(
            "goi/can-ban-moi",
            place,
            text!(
                "gói này cần baocao {engine} trở lên, chương trình này là baocao {own}",
                "this pack needs baocao {engine} or later; this program is baocao {own}"
            ),
        )
        .hint(text!(
            "cài baocao {engine} trở lên, hoặc xin bản gói cũ hơn",
            "install baocao {engine} or later, or ask for an earlier version of the pack"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let version = |text| Version::parse(text).expect(text);
        assert!(version("1.10.0") > version("1.9.9") && version("2.0.0") > version("1.99.99"));
        assert_eq!(version("1.2.3").to_string(), "1.2.3");
        for wrong in [
            "",
            "1",
            "1.0",
            "1.0.0.0",
            "1.0.x",
            "1..0",
            "v1.0.0",
            "1.0.-1",
            "1.0.1234567890",
            " 1.0.0",
        ] {
            assert_eq!(Version::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Version::parse_short("0.1"), Version::parse("0.1.0"));
        assert_eq!(Version::parse_short("1"), Version::parse("1.0.0"));
        assert_eq!(Version::parse_short("1.0.0.0"), None);
    }

    #[test]
    fn a_pack_that_needs_a_later_program_says_so_and_what_to_do() {
        let own = Version::of_program().to_string();
        assert_eq!(engine_fault(&own, Place::File), None);
        assert_eq!(engine_fault("0", Place::File), None);
        let found = engine_fault("99.1", Place::File).expect("too new");
        assert_eq!(found.code, "goi/can-ban-moi");
        assert!(
            found.message.vi.contains("99.1") && found.message.vi.contains(&own),
            "{found:?}"
        );
        assert_eq!(
            engine_fault(">=0.1", Place::File).expect("no version").code,
            "goi/phien-ban-sai"
        );
    }
}
