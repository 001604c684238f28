/** Stores messages in maildirs, for plugins that do. */
@Export
@Version("1.1.0")
@NullMarked
package org.qpsmtpd.maildir;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
