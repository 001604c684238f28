/** The plugin whitelist. */
@NullMarked
package org.qpsmtpd.plugin.whitelist;

import org.jspecify.annotations.NullMarked;
