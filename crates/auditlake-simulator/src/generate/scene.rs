//! Where and when a record is made, and the chances it is made with.

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::population::{Guest, Population, Site, User};

/// One record's source of chance, its time, and the organization around it.
pub(super) struct Scene<'a> {
    pub(super) rng: StdRng,
    pub(super) organization: &'a str,
    pub(super) population: &'a Population,
    pub(super) at: Timestamp,
}

/// A document's name and extension.
pub(super) struct Document {
    pub(super) name: String,
    pub(super) extension: &'static str,
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        seed: u64,
        organization: &'a str,
        population: &'a Population,
        at: Timestamp,
    ) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
            organization,
            population,
            at,
        }
    }

    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.rng.random_bool(share)
    }

    pub(super) fn number(&mut self, from: i64, below: i64) -> i64 {
        self.rng.random_range(from..below)
    }

    /// One of a list that is not empty.
    pub(super) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.rng.random_range(0..from.len())]
    }

    /// One of a list by weight.
    pub(super) fn weighted<'t, T>(&mut self, from: &'t [(u32, T)]) -> &'t T {
        let total = from.iter().map(|(weight, _)| weight).sum();
        let mut drawn = self.rng.random_range(0..total);
        for (weight, item) in from {
            if drawn < *weight {
                return item;
            }
            drawn -= weight;
        }
        &from[0].1
    }

    pub(super) fn guid(&mut self) -> String {
        guid(&mut self.rng)
    }

    /// Upper-case hexadecimal digits.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        (0..digits)
            .map(|_| char::from(*self.pick(b"0123456789ABCDEF")))
            .collect()
    }

    /// Letters and digits as of a base64 text.
    pub(super) fn token(&mut self, letters: usize) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..letters)
            .map(|_| char::from(*self.pick(LETTERS)))
            .collect()
    }

    /// Some people do a lot more than others.
    pub(super) fn user(&mut self) -> &'a User {
        let population = self.population;
        let share: f64 = self.rng.random();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index"
        )]
        let index = (share * share * population.users.len() as f64) as usize;
        &population.users[index.min(population.users.len() - 1)]
    }

    /// Anyone, alike.
    pub(super) fn anyone(&mut self) -> &'a User {
        let population = self.population;
        self.pick(&population.users)
    }

    pub(super) fn admin(&mut self) -> &'a User {
        let population = self.population;
        self.pick(&population.users[..population.admins])
    }

    pub(super) fn guest(&mut self) -> &'a Guest {
        let population = self.population;
        self.pick(&population.guests)
    }

    pub(super) fn site(&mut self) -> &'a Site {
        let population = self.population;
        self.pick(&population.sites)
    }

    /// The record's time as `CreationTime` has it: no zone.
    pub(super) fn time(&self) -> String {
        civil(self.at)
    }

    /// A time up to so many minutes before the record's, in the same form.
    pub(super) fn earlier(&mut self, minutes: i64) -> String {
        let seconds = self.number(1, minutes * 60 + 1);
        civil(self.at - SignedDuration::from_secs(seconds))
    }

    /// Where the user is, as a bare address: mostly the office or home, sometimes on the road.
    pub(super) fn address(&mut self, user: &User) -> String {
        match self.number(0, 100) {
            0..45 => format!("192.0.2.{}", self.number(1, 9)),
            45..80 => user.home_v4.clone(),
            80..94 => user.home_v6.clone(),
            _ => format!("198.51.100.{}", self.number(1, 255)),
        }
    }

    /// The same with a port, the way Exchange's records have it.
    pub(super) fn address_with_port(&mut self, user: &User) -> String {
        let (address, port) = (self.address(user), self.number(1024, 65_536));
        if address.contains(':') {
            format!("[{address}]:{port}")
        } else {
            format!("{address}:{port}")
        }
    }

    /// `ClientIP` in any of its forms: bare, IPv6, mapped, empty, or missing.
    pub(super) fn client_ip(&mut self, user: &User) -> Option<String> {
        match self.number(0, 100) {
            0..2 => None,
            2..4 => Some(String::new()),
            4..7 => Some(format!("::ffff:{}", user.home_v4)),
            7 => Some("::1".to_owned()),
            _ => Some(self.address(user)),
        }
    }

    pub(super) fn document(&mut self) -> Document {
        const SUBJECTS: [&str; 16] = [
            "Budget",
            "Roadmap",
            "Contract",
            "Minutes",
            "Offer",
            "Forecast",
            "Onboarding",
            "Price list",
            "Résumé",
            "Inventory",
            "Lieferplan",
            "Q3 review",
            "Team photo",
            "Travel costs",
            "会議メモ",
            "Design & build",
        ];
        const EXTENSIONS: [(u32, &str); 9] = [
            (35, "docx"),
            (25, "xlsx"),
            (15, "pptx"),
            (15, "pdf"),
            (4, "png"),
            (2, "txt"),
            (2, "zip"),
            (1, "one"),
            (1, "url"),
        ];
        let extension = *self.weighted(&EXTENSIONS);
        let name = format!(
            "{} {}.{extension}",
            self.pick(&SUBJECTS),
            self.number(1, 400)
        );
        Document { name, extension }
    }

    pub(super) fn subject(&mut self) -> String {
        const SUBJECTS: [&str; 12] = [
            "Weekly status",
            "Invoice",
            "Lunch on Thursday?",
            "Your order",
            "RE: Contract draft",
            "Einladung: Planung",
            "FW: Price list",
            "Minutes of the meeting",
            "Newsletter",
            "Réunion de lundi",
            "Holiday request",
            "Welcome!",
        ];
        format!("{} {}", self.pick(&SUBJECTS), self.number(1, 500))
    }

    /// An internet message id of this or of another organization.
    pub(super) fn message_id(&mut self) -> String {
        let host = *self.pick(&[
            "eurprd01.prod.mail.example",
            "mail.contoso.example",
            "mx.fabrikam.example",
        ]);
        format!("<{}.{}@{host}>", self.token(12), self.hex(20))
    }

    /// A folder or item id as Exchange writes it.
    pub(super) fn exchange_id(&mut self) -> String {
        format!("LgAAAAD{}AQ{}AAAB", self.token(32), self.token(24))
    }
}

/// Name and value pairs, as many members of records have them.
pub(super) fn pairs(pairs: &[(&str, &str)]) -> Value {
    pairs
        .iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect()
}

pub(super) fn guid(rng: &mut StdRng) -> String {
    uuid::Builder::from_random_bytes(rng.random())
        .into_uuid()
        .to_string()
}

pub(super) fn civil(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
