/** mount(2), umount2(2) (linux/mount.h). The first four are ST_* of statfs(2), too. */
export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_REMOUNT = 32;
export const MS_BIND = 4096;
export const MS_REC = 16384;
/** MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED. */
export const MS_PROPAGATION = (1 << 17) | (1 << 18) | (1 << 19) | (1 << 20);
/**
 * MS_SYNCHRONOUS, MS_MANDLOCK, MS_DIRSYNC, MS_NOATIME, MS_NODIRATIME, MS_SILENT, MS_RELATIME, MS_STRICTATIME, MS_LAZYTIME: when what is
 * written is safe, and times of access are.
 */
export const MS_TIMING = 16 | 64 | 128 | 1024 | 2048 | 32768 | (1 << 21) | (1 << 24) | (1 << 25);
/** What a mount forbids within it. */
export const MS_RESTRICTIONS = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

export const MNT_FORCE = 1;
export const MNT_DETACH = 2;
export const UMOUNT_NOFOLLOW = 8;

/** statfs(2): the flags mean something. */
export const ST_VALID = 0x20;
