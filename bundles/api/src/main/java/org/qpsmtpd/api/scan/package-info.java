/** What plugins share that have a message looked at by a scanner. */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.api.scan;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
