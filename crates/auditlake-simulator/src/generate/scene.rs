//! Where and when a record is made, and the chances it is made with.

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::lasting::index;
use super::population::{Guest, Population, Site, User};

/// One record's source of chance, its time, and the organization around it.
pub(super) struct Scene<'a> {
    pub(super) rng: StdRng,
    pub(super) organization: &'a str,
    pub(super) population: &'a Population,
    pub(super) at: Timestamp,
    /// The seed of what records made together share: who does it, where, to what.
    pub(super) deed: u64,
    /// The seed of what the records of one request share.
    pub(super) request: u64,
}

impl<'a> Scene<'a> {
    /// A record that has nothing in common with others.
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
            deed: seed,
            request: seed,
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

    /// One of a list that is not empty, the same for all records made together.
    pub(super) fn shared_pick<'t, T>(&self, what: &str, from: &'t [T]) -> &'t T {
        &from[self.shared(what).random_range(0..from.len())]
    }

    /// One of a list by weight, the same for all records made together.
    pub(super) fn weighted_for<'t, T>(&self, what: &str, from: &'t [(u32, T)]) -> &'t T {
        Self {
            rng: self.shared(what),
            ..*self
        }
        .weighted(from)
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

    /// Who is at it. Some people do a lot more than others.
    pub(super) fn user(&mut self) -> &'a User {
        let population = self.population;
        let users = population.users.len() as u64;
        let number = index(self.shared("user").random(), users);
        usize::try_from(number).map_or(&population.users[0], |number| &population.users[number])
    }

    /// Anyone, alike.
    pub(super) fn anyone(&mut self) -> &'a User {
        let population = self.population;
        self.pick(&population.users)
    }

    pub(super) fn admin(&mut self) -> &'a User {
        let population = self.population;
        &population.users[self.shared("admin").random_range(0..population.admins)]
    }

    pub(super) fn guest(&mut self) -> &'a Guest {
        let population = self.population;
        &population.guests[self
            .shared("guest")
            .random_range(0..population.guests.len())]
    }

    pub(super) fn site(&mut self) -> &'a Site {
        let population = self.population;
        &population.sites[self.shared("site").random_range(0..population.sites.len())]
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

    /// An address with a port, the way Exchange's records have it.
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
