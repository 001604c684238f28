/** What plugins share that run programs. */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.api.program;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
