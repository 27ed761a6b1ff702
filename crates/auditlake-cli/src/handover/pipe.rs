//! A pipe holds what its reader has not read yet, and forgets it when the reader ends.

#[cfg(target_os = "linux")]
pub(super) use linux::Pipe;
#[cfg(not(target_os = "linux"))]
pub(super) use other::Pipe;

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::ioctl_fionread;

    /// The first and the longest time between two looks: nothing tells when a pipe is empty.
    const FIRST: Duration = Duration::from_millis(1);
    const LONGEST: Duration = Duration::from_millis(50);

    /// A pipe that is written to.
    #[derive(Debug)]
    pub(in super::super) struct Pipe(File);

    impl Pipe {
        /// Standard output, if it is a pipe.
        pub(in super::super) fn of_stdout() -> Option<Self> {
            Self::of(io::stdout())
        }

        fn of(out: impl AsFd) -> Option<Self> {
            let file = File::from(out.as_fd().try_clone_to_owned().ok()?);
            let is_pipe = file.metadata().ok()?.file_type().is_fifo();
            is_pipe.then_some(Self(file))
        }

        /// Waits until the reader has read everything, for as long as it takes.
        ///
        /// # Errors
        ///
        /// [`io::ErrorKind::BrokenPipe`] if there is no reader any more.
        pub(in super::super) fn wait_until_read(&self) -> io::Result<()> {
            let mut pause = FIRST;
            while ioctl_fionread(&self.0)? > 0 {
                if self.has_no_reader()? {
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
                std::thread::sleep(pause);
                pause = (pause * 2).min(LONGEST);
            }
            Ok(())
        }

        fn has_no_reader(&self) -> io::Result<bool> {
            let mut polled = [PollFd::new(&self.0, PollFlags::empty())];
            poll(&mut polled, Some(&Timespec::default()))?;
            Ok(polled[0].revents().contains(PollFlags::ERR))
        }
    }

    #[cfg(test)]
    mod tests {
        use std::io::{Read, Write, pipe};

        use super::*;

        #[test]
        fn it_waits_for_the_last_byte_and_no_longer_than_there_is_a_reader() {
            let (mut reader, mut writer) = pipe().unwrap();
            let pipe = Pipe::of(&writer).unwrap();
            writer.write_all(b"ab").unwrap();
            let waiting = std::thread::spawn(move || (pipe.wait_until_read(), pipe));
            let mut byte = [0];
            reader.read_exact(&mut byte).unwrap();
            assert!(!waiting.is_finished());
            reader.read_exact(&mut byte).unwrap();
            let (read, pipe) = waiting.join().unwrap();
            assert!(read.is_ok());
            writer.write_all(b"c").unwrap();
            drop(reader);
            let gone = pipe.wait_until_read().unwrap_err();
            assert_eq!(gone.kind(), io::ErrorKind::BrokenPipe);
        }

        #[test]
        fn a_file_is_no_pipe() {
            assert!(Pipe::of(tempfile::tempfile().unwrap()).is_none());
        }
    }
}

/// Systems that do not tell.
#[cfg(not(target_os = "linux"))]
mod other {
    use std::io;

    /// There is none.
    #[derive(Debug)]
    pub(in super::super) enum Pipe {}

    impl Pipe {
        pub(in super::super) fn of_stdout() -> Option<Self> {
            None
        }

        pub(in super::super) fn wait_until_read(&self) -> io::Result<()> {
            match *self {}
        }
    }
}
