/** LDAP directories: searches and passwords, within bounds of time and number. */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.ldap;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
