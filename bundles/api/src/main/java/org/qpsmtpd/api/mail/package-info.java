/**
 * Mail as values: addresses, the parameters of commands, header fields. What changes while a
 * message arrives is in the package of the session.
 */
@Export
@Version("1.2.0")
@NullMarked
package org.qpsmtpd.api.mail;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
