/**
 * The live session: the connection, the message on its way in, and the notes that plugins leave for
 * each other.
 */
@Export
@Version("1.6.0")
@NullMarked
package org.qpsmtpd.api.session;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
