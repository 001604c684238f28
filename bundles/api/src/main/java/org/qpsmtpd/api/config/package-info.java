/**
 * Access to qpsmtpd's configuration directory: lists, single values, flags and parsed views of
 * files.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.api.config;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
