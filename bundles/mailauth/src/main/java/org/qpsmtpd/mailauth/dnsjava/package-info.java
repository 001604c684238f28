/** Asks the DNS by dnsjava, for programs that have no resolver of their own. */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.mailauth.dnsjava;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
