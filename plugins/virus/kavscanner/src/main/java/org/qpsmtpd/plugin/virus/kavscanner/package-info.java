/** The plugin virus/kavscanner. */
@NullMarked
package org.qpsmtpd.plugin.virus.kavscanner;

import org.jspecify.annotations.NullMarked;
