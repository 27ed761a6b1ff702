//! Addresses in the forms that Microsoft's records have.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Reads `1.2.3.4`, `1.2.3.4:port`, bare IPv6, `[v6]`, `[v6]:port`, `::ffff:1.2.3.4`, with a zone id or not.
/// None for anything else: empty, host names, words.
pub(crate) fn parse(text: &str) -> Option<(IpAddr, Option<u16>)> {
    let text = without_zone(text.trim());
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some((unmap(ip), None));
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Some((unmap(socket.ip()), Some(socket.port())));
    }
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    inner
        .parse::<Ipv6Addr>()
        .ok()
        .map(|ip| (unmap(IpAddr::V6(ip)), None))
}

/// Drops `%zone` from an IPv6 address, inside brackets or not.
fn without_zone(text: &str) -> std::borrow::Cow<'_, str> {
    let Some((address, zone)) = text.split_once('%') else {
        return text.into();
    };
    match zone.split_once(']') {
        Some((_, rest)) => format!("{address}]{rest}").into(),
        None => address.into(),
    }
}

fn unmap(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_address_is_read() {
        for (text, expected) in [
            ("192.0.2.1", Some(("192.0.2.1", None))),
            (" 192.0.2.1 ", Some(("192.0.2.1", None))),
            ("192.0.2.1:50123", Some(("192.0.2.1", Some(50123)))),
            ("2001:db8::1", Some(("2001:db8::1", None))),
            ("[2001:db8::1]:443", Some(("2001:db8::1", Some(443)))),
            ("[2001:db8::1]", Some(("2001:db8::1", None))),
            ("::ffff:192.0.2.1", Some(("192.0.2.1", None))),
            ("[::ffff:192.0.2.1]:80", Some(("192.0.2.1", Some(80)))),
            ("::1", Some(("::1", None))),
            ("fe80::1%eth0", Some(("fe80::1", None))),
            ("[fe80::1%12]:443", Some(("fe80::1", Some(443)))),
            ("", None),
            ("<null>", None),
            ("mail.contoso.example", None),
            ("192.0.2.1:99999", None),
            ("192.0.2", None),
        ] {
            let got = parse(text).map(|(ip, port)| (ip.to_string(), port));
            assert_eq!(
                got,
                expected.map(|(ip, port)| (ip.to_owned(), port)),
                "{text}"
            );
        }
    }
}
