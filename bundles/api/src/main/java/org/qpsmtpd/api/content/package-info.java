/**
 * What plugins share that look into messages: texts as a reader sees them, and rules of
 * configuration files about them.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.api.content;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
