//! Free TCP ports on 127.0.0.1, each leased to one run at a time.

use super::EvidenceError;
use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, TcpListener},
    sync::{Mutex, PoisonError},
};

static LEASED: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// A port that nobody else in this process is given while the lease lives. The listener that found it stays open until
/// [`Lease::hand_over`], so another process can take it only in the moment between that and the program's own bind; who
/// starts a program tries again on "address already in use".
#[derive(Debug)]
pub struct Lease {
    port: u16,
    listener: Option<TcpListener>,
}

impl Lease {
    /// # Errors
    /// The system gives out no port.
    pub fn any() -> Result<Self, EvidenceError> {
        loop {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(EvidenceError::NoPort)?;
            let port = listener.local_addr().map_err(EvidenceError::NoPort)?.port();
            if LEASED.lock().unwrap_or_else(PoisonError::into_inner).insert(port) {
                return Ok(Self { port, listener: Some(listener) });
            }
        }
    }

    /// # Errors
    /// The port is taken.
    pub fn exactly(port: u16) -> Result<Self, EvidenceError> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| EvidenceError::PortTaken { port, error })?;
        if !LEASED.lock().unwrap_or_else(PoisonError::into_inner).insert(port) {
            let error = std::io::ErrorKind::AddrInUse.into();
            return Err(EvidenceError::PortTaken { port, error });
        }
        Ok(Self { port, listener: Some(listener) })
    }

    /// Frees the port for the program that is about to be started.
    pub fn hand_over(&mut self) -> u16 {
        self.listener = None;
        self.port
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        LEASED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.port);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_never_share_a_port_and_give_it_back() {
        let mut leases: Vec<Lease> = (0..50).map(|_| Lease::any().unwrap()).collect();
        let ports: BTreeSet<u16> = leases.iter_mut().map(Lease::hand_over).collect();
        assert_eq!(ports.len(), 50);
        let again = *ports.first().unwrap();
        assert!(Lease::exactly(again).is_err(), "still leased although the listener is closed");
        drop(leases);
        // Not by taking it again: any other program of the machine may have it by now.
        assert!(!LEASED.lock().unwrap_or_else(PoisonError::into_inner).contains(&again));
    }
}
