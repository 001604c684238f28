/**
 * What a plugin says of itself, its name in {@code config/plugins}, and the settings many plugins
 * share.
 */
@Export
@Version("1.4.0")
@NullMarked
package org.qpsmtpd.api.plugin;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
