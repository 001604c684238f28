/** Log levels, log lines and records of sessions, as logging plugins receive them. */
@Export
@Version("1.3.0")
@NullMarked
package org.qpsmtpd.api.log;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
